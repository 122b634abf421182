import { useBackend, type BackendInfo } from '../backend/index.js';
import { loadDataset, type Dataset } from '../data/index.js';
import { train } from '../training/index.js';
import type { FromWorker, ToWorker } from './messages.js';
import type { TrainingJob, TrainingProgress, TrainingResult, TrainingSetup } from './training-messages.js';

/** Process of the pool that trains: loads backend and data once, then runs one job after the other. */

let stop = new AbortController();
let stopped = false;
let busy = false;
let loaded: { data: Dataset; backend: BackendInfo } | null = null;

const send = (message: FromWorker<BackendInfo, TrainingProgress, TrainingResult>): void => { process.send?.(message); };
const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));

// The pool is gone, whatever happened to it: nobody would read the results.
process.on('disconnect', () => process.exit());
// Ctrl-C reaches every process of a terminal; the pool decides what to do about it and says so.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => {
  if (busy) stop.abort();
  else process.exit(143);
});

process.on('message', (message: ToWorker<TrainingSetup, TrainingJob>) => {
  if (message.type === 'stop') {
    stopped = true;
    stop.abort();
  } else {
    void (message.type === 'start' ? start(message.setup) : run(message.job));
  }
});

async function start({ data, dataDir, backend }: TrainingSetup): Promise<void> {
  try {
    loaded = {
      backend: await useBackend(backend ?? undefined),
      data: loadDataset(data, dataDir === null ? {} : { dir: dataDir }),
    };
    send({ type: 'ready', info: loaded.backend });
  } catch (error) {
    send({ type: 'unusable', reason: sentence(error) });
  }
}

async function run({ config, dir }: TrainingJob): Promise<void> {
  busy = true;
  if (!stopped) stop = new AbortController();
  try {
    if (loaded === null) throw new Error('worker: expected a start message before the first job');
    const result = await train(config, {
      dir,
      backend: loaded.backend.name,
      data: loaded.data,
      signal: stop.signal,
      onProgress: ({ step, phase }) => { send({ type: 'progress', progress: { step, phase } }); },
    });
    send(result.status === 'done' ? { type: 'done', result } : { type: 'interrupted' });
  } catch (error) {
    send({ type: 'failed', reason: sentence(error) });
  } finally {
    busy = false;
  }
}
