// Training step (forward + backward + clipping + AdamW) of binvit's backends and of PyTorch, alternated in one run.
//   node bench/training/run.mjs [--rounds 7] [--python python3] [--cpu 0] [--json FILE]
// Needs `npm run build`; PyTorch (bench/training/requirements.txt) in the named Python. Linux `taskset` pins every
// contender to one core. A contender that cannot start is named with its reason and left out.
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    python: { type: 'string', default: 'python3' },
    cpu: { type: 'string', default: '0' },
    json: { type: 'string' },
  },
});
const rounds = Number(options.rounds);

const models = {
  vit_nano: { imgSize: 28, patch: 7, dim: 64, depth: 4, heads: 4, ratio: 2, batch: 128 },
  'dim 128, depth 6, patch 4, ratio 4': { imgSize: 28, patch: 4, dim: 128, depth: 6, heads: 4, ratio: 4, batch: 64 },
};
const here = new URL('.', import.meta.url).pathname;
const ours = backend => spec => [process.execPath, [`${here}ours.mjs`, backend, JSON.stringify(spec)]];
const contenders = {
  pytorch: spec => [options.python, [`${here}peer.py`, JSON.stringify(spec)]],
  native: ours('native'),
  wasm: ours('wasm'),
  node: ours('node'),
  cpu: ours('cpu'),
};

/** Starts a contender; `time(steps)` resolves to seconds per step. */
async function start([command, args]) {
  const pinned = spawnSync('taskset', ['--version']).status === 0 ? ['taskset', ['-c', options.cpu, command, ...args]] : [command, args];
  // One thread everywhere. OPENBLAS_CORETYPE would slow the peer's BLAS on some machines.
  const { OPENBLAS_CORETYPE: _, ...env } = process.env;
  Object.assign(env, { OMP_NUM_THREADS: '1', TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '2', BINVIT_THREADS: '1' });
  const child = spawn(...pinned, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', text => { stderr += text; });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.on('error', error => { stderr = error.message; });
  const read = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(stderr.split('\n').find(line => /error/i.test(line)) ?? 'it ended without a word');
    return value;
  };
  const hello = JSON.parse(await read());
  return {
    hello,
    time: async steps => {
      child.stdin.write(`${steps}\n`);
      return Number(await read()) / steps;
    },
    stop: () => child.stdin.end(),
  };
}

const median = values => values.toSorted((a, b) => a - b)[values.length >> 1];
const rows = [];
for (const [model, shape] of Object.entries(models)) {
  for (const binary of [false, true]) {
    const spec = { ...shape, binary };
    const running = {};
    for (const [name, command] of Object.entries(contenders)) {
      // Half a minute a step.
      if (name === 'cpu' && model !== 'vit_nano') continue;
      try {
        const contender = await start(command(spec));
        running[name] = { ...contender, seconds: [], steps: Math.max(1, Math.round(0.7 / await contender.time(1))) };
      } catch (error) {
        process.stderr.write(`${model}, ${binary ? 'W1A1' : 'float'}: ${name} left out: ${error.message}\n`);
      }
    }
    for (let round = 0; round < rounds; round++) {
      for (const contender of Object.values(running)) contender.seconds.push(await contender.time(contender.steps));
    }
    const peer = running.pytorch && median(running.pytorch.seconds);
    for (const [name, contender] of Object.entries(running)) {
      contender.stop();
      const middle = median(contender.seconds);
      rows.push({
        model, step: binary ? 'W1A1' : 'float', contender: name, engine: contender.hello.peer,
        imagesPerSecond: Math.round(spec.batch / middle),
        spread: [Math.round(spec.batch / Math.max(...contender.seconds)), Math.round(spec.batch / Math.min(...contender.seconds))],
        timesPeer: peer === undefined ? null : Number((peer / middle).toFixed(2)),
      });
    }
    console.table(rows.filter(row => row.model === model && row.step === (binary ? 'W1A1' : 'float')));
  }
}
if (options.json) {
  const record = { command: `node bench/training/run.mjs --rounds ${rounds}`, cpu: cpus()[0].model, node: process.version, rows };
  writeFileSync(options.json, `${JSON.stringify(record, null, 2)}\n`);
}
