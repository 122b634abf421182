import { Random } from '../../src/backend/random.js';
import { costTable, histogram, moments, type ActivationRow, type SignDynamics, type Spectrum, type WeightRow } from '../../src/analysis/index.js';
import { presetPlan } from '../../src/binarize/index.js';
import type { LayersRow } from '../../src/training/index.js';
import { vitPresets } from '../../src/models/index.js';
import {
  accuracyFigure, activationBalanceFigure, activationsFigure, architectureFigure, attentionFigure, attentionMapsFigure, contributionsFigure, costFigure, curvesFigure, differencesFigure, estimatorsFigure, flipsFigure,
  headScalesFigure, interactionFigure, lossSurfaceFigure, oscillationFigure, paretoFigure, sensitivityFigure, saturationHistoryFigure, scaleHistoryFigure, scaleOptimumFigure, scalesFigure, signBalanceFigure, similarityFigure,
  spectraFigure, weightsFigure, type Figure, type LayerWeights,
} from '../../src/figures/index.js';

/** Made-up weights of a layer: two humps, as latent weights have after training. */
export function sampleLayer(layer: string, weights: number): LayerWeights {
  const random = Random.seeded(weights).fork(layer);
  const latent = Float32Array.from({ length: weights }, () => (random.uniform() < 0.5 ? -0.1 : 0.1) + 0.04 * random.normal());
  return { layer, latent, scales: Float32Array.from({ length: 8 }, () => 0.1 + 0.01 * random.normal()) };
}

const layers = ['blocks.0.mlp.fc1', 'blocks.0.mlp.fc2'].map(name => sampleLayer(name, 500));

const box = { minimum: 0.1, lowerQuartile: 0.3, median: 0.5, upperQuartile: 0.6, maximum: 1 };
const estimate = (mean: number, interval: readonly [number, number] | null): { n: number; mean: number; standardDeviation: null; interval: typeof interval } =>
  ({ n: 3, mean, standardDeviation: null, interval });

function history(name: string): LayersRow[] {
  return [10, 20, 30].map(step => ({
    kind: 'layers', step, layers: [name, 'blocks.1.mlp.fc2'].map((layer, at) =>
      ({ name: layer, flipRatio: 1 / step, scaleMean: 0.1 + at / step, scaleMin: 0.05, scaleMax: 0.4, saturated: at / 10 })),
  }));
}

function weightRow(name: string, binary: boolean): WeightRow {
  return {
    name, binary, site: 'fc1', block: 0, shape: [4, 8], nearZero: 0, saturated: 0, dead: { inputs: 0, outputs: 0 }, scales: binary ? box : null, error: null, note: '',
    weights: { n: 32, nan: 0, infinite: 0, minimum: -1, maximum: 1, mean: 0, std: 1, meanAbsolute: 0.5, skewness: 0, excessKurtosis: 0, bimodality: 0.3 },
    signs: { positive: 0.5, entropy: 1, outputEntropy: 0.9, outputPositive: box, constantOutputs: 1, duplicateOutputs: 0, duplicateInputs: 0 },
  };
}

function activationRow(name: string): ActivationRow {
  const values = sampleLayer(name, 64).latent;
  return {
    name, block: 0, binary: true, features: 4, values: moments(values), histogram: histogram(values, 8), saturated: 0, upper: 0.5, channelUpper: box,
    channelEntropy: 0.9, constantChannels: 1,
  };
}

const spectrumOf = (largest: number): Spectrum => ({ singularValues: [largest, 1, 0.5, 0], stableRank: 1 + 1.25 / largest ** 2, rank: 3, tail: null });

function dynamics(name: string): SignDynamics {
  return {
    name, weights: 128, steps: [0, 10, 20], flipRatio: [0.25, 0.125], flips: [0.75, 0.125, 0.125, 0], neverFlipped: 0.75, oscillating: 0,
    meanFlips: 0.375, lastFlip: [0.125, 0.125],
  };
}

/** One small figure of each kind. `name` stands where names from a config stand. */
export function sampleFigures(name = 'xnor-net'): Record<string, Figure> {
  return {
    accuracy: accuracyFigure([
      { where: 'none', method: 'float', values: [0.95, 0.951, 0.949], mean: 0.95, interval: [0.9475, 0.9525] },
      { where: 'mlp', method: name, values: [0.9, 0.92], mean: 0.91, interval: [0.783, 1.037] },
      { where: 'all', method: name, values: [0.8], mean: 0.8, interval: null },
    ]),
    differences: differencesFigure([
      { label: `${name} \u2212 BNN, a label that is too long for one line`, mean: 0.3, interval: [0.2, 0.4], margin: 0, n: 3, verdict: 'supported' },
      { label: 'MLP only \u2212 all', mean: -0.01, interval: null, margin: 0.05, n: 1, verdict: 'undecided' },
    ]),
    contributions: contributionsFigure({
      replacement: 'zero', accuracy: 0.95, images: 1000,
      branches: [
        { branch: 'blocks.0.attn', accuracy: 0.8, contribution: 0.15, interval: [0.12, 0.18] },
        { branch: 'blocks.0.mlp', accuracy: 0.951, contribution: -0.001, interval: [-0.01, 0.008] },
      ],
    }, { title: name }),
    attention: attentionFigure([0, 1].flatMap(block => [0, 1].map(head =>
      ({ block, head, entropy: 2.5 - block + 0.4 * head, distance: 12 + head, classToken: null }))), 16, { title: name }),
    estimators: estimatorsFigure([{ label: name, estimator: { name: 'clipped' } }, { label: 'EDE', estimator: { name: 'ede', tMin: 0.1, tMax: 10 }, progress: 0.5 }]),
    similarity: similarityFigure({ rows: ['blocks.0', name], columns: ['blocks.0', 'blocks.1'], values: [[1, 0.5], [0.25, 0.125]] }),
    curves: curvesFigure([
      { where: 'none', method: 'float', loss: [{ steps: [10, 20], values: [2, 1] }], accuracy: [{ steps: [20], values: [0.5] }] },
      { where: 'mlp', method: name, loss: [{ steps: [10, 20], values: [2, 1.5] }, { steps: [10, 20], values: [2.2, NaN] }], accuracy: [] },
    ]),
    scales: scalesFigure(layers.map(({ layer, scales }) => ({ where: 'mlp', method: name, layer, scales }))),
    scaleOptimum: scaleOptimumFigure([{ where: 'mlp', method: name, layers: [{ name: layers[0]!.layer, site: 'fc1', block: 0, scales: [1, 2, 0.5], optima: [1, 1, 0] }] }]),
    headScales: headScalesFigure((['q', 'k'] as const).flatMap(operand => [0, 1].map(head => ({ block: 0, operand, head, scales: box }))), { title: name }),
    scaleHistory: scaleHistoryFigure(history(name)),
    saturationHistory: saturationHistoryFigure(history(name)),
    signBalance: signBalanceFigure([weightRow(name, true), weightRow('head', false)]),
    activations: activationsFigure([{ label: name, rows: [activationRow('blocks.0.mlp.fc1'), activationRow('head')] }]),
    activationBalance: activationBalanceFigure([{ label: name, rows: [activationRow('head')] }, { label: 'float', rows: [activationRow('head')] }]),
    attentionMaps: attentionMapsFigure(
      [{ label: 'seven', pixels: [[0, 255], [255, 0]] }, { label: 'one', pixels: [[0, 255], [0, 255]] }],
      [{ label: name, maps: { side: 2, rollout: [[0.5, 0.5, 0, 0], [0, 1, 0, 0]], blocks: [] } }]),
    sensitivity: sensitivityFigure({
      accuracy: 0.9, images: 1000, layers: [
        { layer: name, action: 'restored', accuracy: 0.92, change: 0.02, interval: [0.01, 0.03] }, { layer: 'blocks.1.mlp.fc2', action: 'binarized', accuracy: 0.8, change: -0.1, interval: [-0.12, -0.08] },
      ],
    }),
    lossSurface: lossSurfaceFigure([{ label: name, surface: { images: 64, steps: [-1, 0, 1], loss: [[3, 2, 3], [2, 1, 2], [3, Infinity, 3]] } }, { label: 'float', surface: { images: 64, steps: [-1, 0, 1], loss: [[3, 2, 3], [2, 0.5, 2], [3, 2, 3]] } }]),
    spectra: spectraFigure([{ name, block: 0, shape: [4, 8], latent: spectrumOf(2), effective: spectrumOf(1), note: '' }, { name: 'head', block: null, shape: [4, 4], latent: spectrumOf(3), effective: null, note: '' }]),
    flips: flipsFigure([dynamics(name), dynamics('blocks.1.mlp.fc2')]),
    oscillation: oscillationFigure([dynamics(name), dynamics('blocks.1.mlp.fc2')]),
    interaction: interactionFigure([
      {
        method: name, seeds: [1, 2, 3], interaction: estimate(-0.05, [-0.06, -0.04]), mlp: estimate(-0.1, null), mhsa: estimate(-0.1, null),
        arms: { none: estimate(0.99, null), mlp: estimate(0.95, [0.94, 0.96]), mhsa: estimate(0.96, null), all: estimate(0.87, [0.85, 0.9]) },
      },
    ]),
    cost: costFigure([{ label: name, rows: costTable(vitPresets.vit_nano, presetPlan('mlp', 'xnor-net')) }, { label: 'both', rows: costTable(vitPresets.vit_nano, presetPlan('all', 'xnor-net')) }]),
    pareto: paretoFigure([
      { where: 'none', method: 'float', mean: 0.99, interval: [0.985, 0.995], sizeBytes: 5e5, ops: 2e6 },
      { where: name, method: 'bwn', mean: 0.9, interval: null, sizeBytes: 3e5, ops: 1e6 },
    ]),
    architecture: architectureFigure(vitPresets.vit_nano, { ...presetPlan('mhsa', 'xnor-net', { attentionProducts: true }), name }),
    weights: weightsFigure({ where: 'mlp', method: name, layers }),
  };
}
