import * as tf from '@tensorflow/tfjs';
import type { BinaryLayer } from '../models/index.js';
import type { LayerStatistics } from './metrics.js';

/** Share of `count` signs that differ between two results of `packSigns`, in [0, 1]. */
export function flipRatio(before: Uint8Array, after: Uint8Array, count: number): number {
  let flips = 0;
  for (let i = 0; i < after.length; i++) {
    for (let changed = before[i]! ^ after[i]!; changed !== 0; changed &= changed - 1) flips++;
  }
  return flips / count;
}

/** The tensors of a binarized layer that the statistics read. */
export type ObservedLayer = Pick<BinaryLayer, 'name' | 'latent' | 'signs' | 'scale'>;

/**
 * Per-layer statistics between two samples. It remembers the packed signs of the last sample, so that flips are those of
 * signs and never of scaled values.
 */
export class LayerObserver {
  readonly #layers: readonly ObservedLayer[];
  readonly #latentClip: number | null;
  #signs: Uint8Array[];

  /** Takes the first sample: flips count from here. */
  constructor(layers: readonly ObservedLayer[], latentClip: number | null) {
    this.#layers = layers;
    this.#latentClip = latentClip;
    this.#signs = layers.map(layer => layer.signs().signs);
  }

  /** One row per layer; the next sample counts flips from this one. */
  sample(): LayerStatistics[] {
    return this.#layers.map((layer, index) => tf.tidy(() => {
      const { signs, shape } = layer.signs();
      const flips = flipRatio(this.#signs[index]!, signs, shape[0] * shape[1]);
      this.#signs[index] = signs;
      return { name: layer.name, flipRatio: flips, ...scaleRange(layer), saturated: saturatedShare(layer, this.#latentClip) };
    }));
  }

  /** Packed signs of the last sample, by layer name. */
  state(): Map<string, Uint8Array> {
    return new Map(this.#layers.map((layer, index) => [layer.name, this.#signs[index]!]));
  }

  /** @param signs of every layer, by its name */
  restore(signs: (layer: string) => Uint8Array): void {
    this.#signs = this.#layers.map(layer => signs(layer.name));
  }
}

function scaleRange(layer: ObservedLayer): Pick<LayerStatistics, 'scaleMean' | 'scaleMin' | 'scaleMax'> {
  const scale = layer.scale().dataSync();
  let sum = 0;
  let least = Infinity;
  let most = -Infinity;
  for (const value of scale) {
    sum += value;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return { scaleMean: sum / scale.length, scaleMin: least, scaleMax: most };
}

/** Share of latent weights at the latent clip, or beyond ±1 when they are free. */
function saturatedShare(layer: ObservedLayer, latentClip: number | null): number {
  const latent = layer.latent().dataSync();
  // The clip is applied in float32.
  const limit = Math.fround(latentClip ?? 1);
  let saturated = 0;
  for (const value of latent) {
    const size = Math.abs(value);
    if (latentClip === null ? size > limit : size >= limit) saturated++;
  }
  return saturated / latent.length;
}
