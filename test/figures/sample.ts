import { Random } from '../../src/backend/random.js';
import {
  accuracyFigure, attentionFigure, contributionsFigure, curvesFigure, differencesFigure, estimatorsFigure, scalesFigure, similarityFigure, weightsFigure, type Figure, type LayerWeights,
} from '../../src/figures/index.js';

/** Made-up weights of a layer: two humps, as latent weights have after training. */
export function sampleLayer(layer: string, weights: number): LayerWeights {
  const random = Random.seeded(weights).fork(layer);
  const latent = Float32Array.from({ length: weights }, () => (random.uniform() < 0.5 ? -0.1 : 0.1) + 0.04 * random.normal());
  return { layer, latent, scales: Float32Array.from({ length: 8 }, () => 0.1 + 0.01 * random.normal()) };
}

const layers = ['blocks.0.mlp.fc1', 'blocks.0.mlp.fc2'].map(name => sampleLayer(name, 500));

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
      accuracy: 0.95, images: 1000,
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
    weights: weightsFigure({ where: 'mlp', method: name, layers }),
  };
}
