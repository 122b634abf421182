import { Command, Option } from 'commander';
import { availableBackends, type BackendName, useBackend } from '../backend/index.js';
import { presetPlan } from '../binarize/index.js';
import { vitPresets } from '../models/index.js';
import { stepTimer } from '../training/index.js';
import { backendOption, jsonOption, wholeNumber } from './options.js';

interface Options {
  backend?: BackendName;
  batchSize: number;
  rounds: number;
  json?: boolean;
}

interface Row {
  backend: BackendName;
  engine: string;
  step: 'float' | 'W1A1';
  imagesPerSecond: number;
  msPerStep: number;
}

/** Length of one measurement. */
const roundMs = 500;

/** `binvit bench`: training steps on every backend that works here. */
export function benchCommand(): Command {
  return new Command('bench')
    .description('measure training steps (forward, backward, AdamW) of vit_nano on the backends that work here')
    .addOption(backendOption())
    .addOption(new Option('--batch-size <n>', 'images a step').argParser(wholeNumber(1)).default(128))
    .addOption(new Option('--rounds <n>', 'measurements of half a second, of which the median counts').argParser(wholeNumber(1)).default(5))
    .addOption(jsonOption())
    .action(async (options: Options) => {
      const names = options.backend === undefined ? await availableBackends() : [options.backend];
      const rows: Row[] = [];
      for (const name of names) {
        const { detail } = await useBackend(name);
        for (const step of ['float', 'W1A1'] as const) {
          const msPerStep = measure(step, options);
          rows.push({ backend: name, engine: detail, step, imagesPerSecond: Math.round(1000 * options.batchSize / msPerStep), msPerStep });
        }
      }
      if (options.json) console.log(JSON.stringify(rows, null, 2));
      else console.table(rows.map(row => ({ ...row, msPerStep: Number(row.msPerStep.toFixed(2)) })));
    });
}

function measure(step: Row['step'], { batchSize, rounds }: Options): number {
  const timer = stepTimer({ model: vitPresets.vit_nano, plan: presetPlan(step === 'float' ? 'none' : 'all', 'xnor-net'), batchSize });
  try {
    timer.run(2);
    const steps = Math.max(1, Math.round(roundMs / timer.run(1)));
    const times = Array.from({ length: rounds }, () => timer.run(steps) / steps).sort((a, b) => a - b);
    return times[Math.floor(rounds / 2)]!;
  } finally {
    timer.dispose();
  }
}
