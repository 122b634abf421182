// Runs a job that never ends and prints its worker's process id; the test kills this process.
const [, , pool, worker] = process.argv;
const { runPool } = await import(pool);
await runPool({
  workerPath: worker, setup: {}, jobs: [{ kind: 'pid' }], workers: 1, onOutcome: () => undefined,
  onProgress: (job, pid) => { console.log(pid); },
});
