import { costTable, costTotal } from '../../src/analysis/index.js';
import { presetPlan } from '../../src/binarize/index.js';
import { vitPresets } from '../../src/models/index.js';
import type { Arm, CellRow, Report } from '../../src/report/report.js';
import { parseTrainConfig } from '../../src/training/index.js';
import { sampleFigures } from '../figures/sample.js';

/** A small report. `name` stands where names from configs and reasons of failures stand. */
export function sampleReport(name = 'bwn'): Report {
  const { accuracy, differences, interaction, pareto, cost, curves, scales, weights } = sampleFigures(name);
  const cells: CellRow[] = [
    { name: 'none/float', where: 'none', method: 'float', bits: 'W32A32', scaled: false, n: 3, mean: 0.95, interval: [0.946, 0.954], validationAccuracy: 0.94, learningRates: [0.003], imagesPerSecond: 4000 },
    { name: 'mlp/bwn', where: 'mlp', method: name, bits: 'W1A32', scaled: true, n: 1, mean: 0.9, interval: null, validationAccuracy: null, learningRates: [0.01], imagesPerSecond: null },
  ];
  const run = {
    seed: 1, learningRate: 0.01, testAccuracy: 0.9, validationAccuracy: null, testLoss: 0.3, trainLoss: null, steps: 400, imagesPerSecond: null, durationMs: 5400,
    configHash: 'ab'.repeat(32),
  };
  const config = parseTrainConfig({ model: vitPresets.vit_nano, plan: presetPlan('mlp', 'bwn'), data: { name: 'mnist' } });
  const arms: Arm[] = [
    { id: 'none-float', title: 'Float', cell: cells[0]!, toFloat: null, runs: [{ ...run, config: null }], sites: [], cost: null, figures: [] },
    {
      id: 'mlp-bwn', title: name, cell: cells[1]!, toFloat: { n: 1, mean: -0.05, standardDeviation: null, interval: null }, runs: [{ ...run, config }],
      sites: [{ layer: 'blocks.0\u20133.mlp.fc1', weight: '1 bit', input: 'float', note: name }], cost: costTotal(costTable(config.model, config.plan)),
      figures: [{ id: 'weights-mlp-bwn', title: 'Latent weights', figure: weights! }],
    },
  ];
  return {
    title: `binvit on ${name}`,
    summary: `3 of 4 runs done, ${name}.`,
    questions: [{
      question: 'Do scaling factors help?',
      answer: { lead: 'Undecided.', detail: `Too few runs of ${name}.` },
      claims: [{
        sentence: `Scaling helps ${name}.`, finding: '+1.0 points', verdict: 'undecided', n: 3,
        comparisons: [{
          label: `mlp: ${name} \u2212 bnn`, margin: 0, n: 3, missingSeeds: [], mean: 0.01, interval: [-0.01, 0.03], p: 0.2, adjustedP: 0.4, signFlipP: null,
          verdict: 'undecided', differences: [{ seed: 1, value: 0.01 }], cells: ['none/float', 'mlp/bwn'],
        }],
      }],
      figure: { id: 'differences-scaling', title: 'Differences', figure: differences! },
    }],
    cells,
    notes: [`${name}: tuned`],
    accuracy: { id: 'accuracy', title: 'Accuracy', figure: accuracy! },
    interaction: { id: 'interaction', title: 'Interaction', figure: interaction! },
    pareto: { id: 'pareto', title: 'Pareto', figure: pareto! },
    cost: { id: 'cost', title: 'Cost', figure: cost! },
    curves: { id: 'curves', title: 'Curves', figure: curves! },
    scales: { id: 'scales', title: 'Scaling factors', figure: scales! },
    arms,
    absent: [{ kind: 'failed', run: `mlp/${name}, seed 2`, reason: `loss is NaN at step 12 in ${name}` }],
    environment: [['Node', '20.20.2'], ['backend', name]],
    data: [['train', 'ab'.repeat(32)]],
    command: `npx binvit reproduce --data ${name}`,
  };
}
