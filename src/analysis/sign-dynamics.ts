import { TableRows, type Column } from '../io/index.js';
import type { LayerSigns } from '../models/index.js';

/** The signs of a model at one moment of its training; `readSigns` of a run gives these. */
export interface SignMoment {
  /** Updates done. */
  readonly step: number;
  readonly layers: readonly LayerSigns[];
}

/** How the signs of one binary layer moved, as far as the samples show it. */
export interface SignDynamics {
  /** 'blocks.0.attn.qkv'. */
  readonly name: string;
  /** Weights of the layer. */
  readonly weights: number;
  /** Steps of the samples; the first one is where changes count from. */
  readonly steps: readonly number[];
  /** Share of the signs that differ from the sample before, `[samples - 1]`. */
  readonly flipRatio: readonly number[];
  /** Shares by number of flips: none, one, two, and three or more; they sum to 1. */
  readonly flips: readonly [none: number, once: number, twice: number, more: number];
  /** Share that never flipped. */
  readonly neverFlipped: number;
  /** Share that flipped back at least twice: three flips or more, since from the second on each flip goes back to an earlier sign. */
  readonly oscillating: number;
  /** Flips a weight, on average. */
  readonly meanFlips: number;
  /** Share whose last flip was seen at that sample, `[samples - 1]`; with `neverFlipped` they sum to 1. */
  readonly lastFlip: readonly number[];
}

/**
 * Flips, oscillation and the time of the last flip of every binary layer, from packed signs. A flip that is undone between two
 * samples is not seen, so all counts are lower bounds unless every step was sampled. Scaling factors play no part: signs alone are
 * compared. Oscillation of latent weights about 0 is what BHViT (arXiv 2503.02394) and BinaryViT (arXiv 2305.14730) blame.
 *
 * @param samples by rising step, of one model
 * @throws RangeError with fewer than two samples, or when a layer changes its shape between them
 */
export function signDynamics(samples: readonly SignMoment[]): TableRows<SignDynamics> {
  const [first] = samples;
  if (first === undefined || samples.length < 2) throw new RangeError(`samples: expected at least two, found ${samples.length}`);
  return new TableRows(columns, first.layers.map(({ name, shape }, index) => {
    const signs = samples.map(({ step, layers }) => {
      const layer = layers[index];
      if (layer?.name === name && layer.shape.join() === shape.join()) return layer.signs;
      throw new RangeError(`samples: expected ${name} of shape [${shape.join(', ')}] at step ${step}, found ${layer ? `${layer.name} [${layer.shape.join(', ')}]` : 'nothing'}`);
    });
    return dynamicsOf(name, shape[0] * shape[1], samples.map(({ step }) => step), signs);
  }));
}

const columns: readonly Column<SignDynamics>[] = [
  ['layer', 'text', row => row.name], ['weights', 'number', row => row.weights], ['meanFlips', 'number', row => row.meanFlips],
  ['neverFlipped', 'number', row => row.neverFlipped], ['flippedOnce', 'number', row => row.flips[1]], ['flippedTwice', 'number', row => row.flips[2]],
  ['oscillating', 'number', row => row.oscillating], ['lastFlipRatio', 'number', row => row.flipRatio.at(-1)!],
];

function dynamicsOf(name: string, weights: number, steps: readonly number[], signs: readonly Uint8Array[]): SignDynamics {
  const flips = new Uint32Array(weights);
  const last = new Uint32Array(weights);
  const flipRatio = signs.slice(1).map((now, at) => {
    let changes = 0;
    for (let byte = 0; byte < now.length; byte++) {
      for (let changed = now[byte]! ^ signs[at]![byte]!; changed !== 0; changed &= changed - 1) {
        const weight = 8 * byte + 31 - Math.clz32(changed & -changed);
        flips[weight]!++;
        last[weight] = at + 1;
        changes++;
      }
    }
    return changes / weights;
  });
  const byFlips = [0, 0, 0, 0];
  const byLast = steps.map(() => 0);
  for (let weight = 0; weight < weights; weight++) {
    byFlips[Math.min(3, flips[weight]!)]!++;
    byLast[last[weight]!]!++;
  }
  const [none, once, twice, more] = byFlips.map(amount => amount / weights) as [number, number, number, number];
  return {
    name, weights, steps, flipRatio, flips: [none, once, twice, more], neverFlipped: none, oscillating: more,
    meanFlips: flipRatio.reduce((sum, share) => sum + share, 0),
    lastFlip: byLast.slice(1).map(amount => amount / weights),
  };
}
