import { availableBackends, type BackendName, useBackend } from '../backend/index.js';
import { presetPlan } from '../binarize/index.js';
import { vitPresets } from '../models/index.js';
import { stepTimer } from '../training/index.js';
import { roundMs, type BenchOptions } from './bench-options.js';

interface Row {
  backend: BackendName;
  engine: string;
  step: 'float' | 'W1A1';
  imagesPerSecond: number;
  msPerStep: number;
}

/** Training steps of `vit_nano` on every backend that works here. */
export async function benchTraining({ backend, batchSize = 128, rounds, json }: BenchOptions): Promise<void> {
  const names = backend === undefined ? await availableBackends() : [backend];
  const rows: Row[] = [];
  for (const name of names) {
    const { detail } = await useBackend(name);
    for (const step of ['float', 'W1A1'] as const) {
      const msPerStep = measure(step, batchSize, rounds);
      rows.push({ backend: name, engine: detail, step, imagesPerSecond: Math.round(1000 * batchSize / msPerStep), msPerStep });
    }
  }
  if (json) console.log(JSON.stringify(rows, null, 2));
  else console.table(rows.map(row => ({ ...row, msPerStep: Number(row.msPerStep.toFixed(2)) })));
}

function measure(step: Row['step'], batchSize: number, rounds: number): number {
  const timer = stepTimer({ model: vitPresets.vit_nano, plan: presetPlan(step === 'float' ? 'none' : 'all', 'xnor-net'), batchSize });
  try {
    timer.run(2);
    const steps = Math.max(1, Math.round(roundMs / timer.run(1).total));
    const times = Array.from({ length: rounds }, () => timer.run(steps).total / steps).sort((a, b) => a - b);
    return times[Math.floor(rounds / 2)]!;
  } finally {
    timer.dispose();
  }
}
