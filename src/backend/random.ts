import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** Everything that a {@link Random} needs to go on where it stopped; plain JSON. */
export interface RandomState {
  readonly seed: number;
  readonly words: readonly number[];
}

/**
 * Seeded generator (xoroshiro128+). Every random draw of the package comes from one of these, and it is always
 * passed in: the same seed gives the same draws on every machine.
 */
export class Random {
  readonly #seed: number;
  readonly #generator: ReturnType<typeof xoroshiro128plus>;

  private constructor(seed: number, generator: ReturnType<typeof xoroshiro128plus>) {
    this.#seed = seed;
    this.#generator = generator;
  }

  /**
   * @param seed integer in [0, 2^32)
   * @throws RangeError when `seed` is anything else
   */
  static seeded(seed: number): Random {
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
      throw new RangeError(`seed: expected an integer from 0 to 4294967295, found ${seed}`);
    }
    return new Random(seed, xoroshiro128plus(seed | 0));
  }

  static restore(state: RandomState): Random {
    return new Random(state.seed, xoroshiro128plusFromState(state.words));
  }

  /**
   * An independent generator for one purpose. It depends on the seed and the label alone, not on what was drawn
   * before, so a new consumer of random numbers never shifts the draws of the others.
   */
  fork(label: string): Random {
    // FNV-1a over seed and label.
    let hash = 0x811c9dc5;
    for (const byte of new TextEncoder().encode(`${this.#seed}/${label}`)) {
      hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    }
    return Random.seeded(hash);
  }

  state(): RandomState {
    return { seed: this.#seed, words: [...this.#generator.getState()] };
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    return uniformFloat64(this.#generator);
  }

  /** Uniform integer in [0, below). */
  integer(below: number): number {
    return uniformInt(this.#generator, 0, below - 1);
  }

  /** Standard normal (Box-Muller; the second value of each pair is dropped, so the state has no hidden half). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Normal with mean 0, cut at two standard deviations by redrawing (the usual ViT initialisation). */
  truncatedNormal(standardDeviation: number): number {
    for (;;) {
      const value = this.normal();
      if (Math.abs(value) <= 2) return value * standardDeviation;
    }
  }

  /** Fisher-Yates permutation of 0..length-1. */
  permutation(length: number): Uint32Array {
    const order = Uint32Array.from({ length }, (_, i) => i);
    for (let i = length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = order[i]!;
      order[i] = order[j]!;
      order[j] = kept;
    }
    return order;
  }
}
