// Two or more built checkouts of binvit beside each other, alternated in one run: what a change of the kernels or of inference gains.
//   node bench/inference/checkouts.mjs [--rounds 9] [--models vit_nano,deit_small] [--isa avx2] [--engine wasm] CHECKOUT...
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

import { vitPresets } from '../../dist/models/index.js';

const { values: options, positionals: checkouts } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '9' }, models: { type: 'string', default: 'vit_nano,deit_tiny,deit_small' }, isa: { type: 'string' },
    engine: { type: 'string', default: 'native' },
  },
});
/** Of one checkout in one round. */
const roundMs = 300;
const folder = mkdtempSync(join(tmpdir(), 'binvit-bench-'));

/** Starts the contender of a checkout; `time(runs)` resolves to the milliseconds of each. */
async function start(checkout, file, shape, threads) {
  const settings = JSON.stringify({ shape, threads, engine: options.engine });
  const child = spawn(process.execPath, [join(checkout, 'bench/inference/contender.mjs'), 'binvit', file, settings], {
    env: { ...process.env, BINVIT_THREADS: String(threads), ...options.isa && { BINVIT_ISA: options.isa } }, stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => JSON.parse((await lines.next()).value);
  await read();
  return {
    times: [],
    async time(runs) { child.stdin.write(`${runs}\n`); return (await read()).times; },
    stop: () => new Promise(resolve => { child.on('exit', resolve).stdin.end(); }),
  };
}

const rows = [];
const before = loadavg()[0];
try {
  for (const model of options.models.split(',')) {
    const { imgSize, inChans } = vitPresets[model];
    spawnSync(process.execPath, [new URL('models.mjs', import.meta.url).pathname, folder, model], { stdio: 'inherit' });
    for (const batch of [1, 16]) {
      for (const threads of options.engine === 'wasm' ? [1] : [1, 2]) {
        const running = await Promise.all(checkouts.map(path => start(path, join(folder, `${model}.packed.safetensors`), [batch, imgSize, imgSize, inChans], threads)));
        for (let round = 0; round < Number(options.rounds); round++) {
          for (const contender of running) {
            const [first] = await contender.time(1);
            contender.times.push(...await contender.time(Math.max(1, Math.ceil(roundMs / first))));
          }
        }
        const columns = running.flatMap(({ times }, i) => {
          times.sort((a, b) => a - b);
          return [[`${i}: median ms`, times[times.length >> 1]], [`${i}: fastest ms`, times[0]]].map(([name, ms]) => [name, Number(ms.toPrecision(3))]);
        });
        rows.push({ model, batch, threads, ...Object.fromEntries(columns) });
        for (const { stop } of running) await stop();
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.table(rows);
console.log(`load average ${before.toFixed(1)} before and ${loadavg()[0].toFixed(1)} after`);
