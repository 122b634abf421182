import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packSigns } from '../../src/models/index.js';
import { flipRatio } from '../../src/training/index.js';
import { LayerObserver } from '../../src/training/statistics.js';

/** A layer whose weights the test sets; its signs must not see alpha. */
function layer(latent: number[], alpha: number): { set: (values: number[]) => void; observed: ConstructorParameters<typeof LayerObserver>[0][number] } {
  let values = latent;
  return {
    set: next => { values = next; },
    observed: {
      name: 'blocks.0.mlp.fc1',
      latent: () => tf.tensor2d(values, [values.length, 1]),
      signs: () => ({ name: 'blocks.0.mlp.fc1', shape: [values.length, 1], signs: packSigns(Float32Array.from(values)) }),
      scale: () => tf.tensor1d([alpha, 3 * alpha]),
    },
  };
}

describe('LayerObserver', () => {
  it.each([1, 0.03])('counts flips of signs whatever the scale (alpha %f)', alpha => {
    const { set, observed } = layer([0.3, -0.2, 0.1, -0.4], alpha);
    const observer = new LayerObserver([observed], null);
    set([0.3, 0.2, 0.1, -0.4]);
    const before = tf.memory().numTensors;
    const [row] = observer.sample();
    expect(tf.memory().numTensors).toBe(before);
    expect(row).toMatchObject({ name: 'blocks.0.mlp.fc1', flipRatio: 0.25, saturated: 0 });
    expect([row!.scaleMean, row!.scaleMin, row!.scaleMax]).toEqual([2, 1, 3].map(factor => expect.closeTo(factor * alpha, 6) as number));
    // The next sample counts from this one.
    expect(observer.sample()[0]!.flipRatio).toBe(0);
  });

  it('calls a latent weight saturated beyond ±1, or at the clip when there is one', () => {
    const { observed } = layer([1, -1, 1.5, 0.1, -0.1], 1);
    expect(new LayerObserver([observed], null).sample()[0]!.saturated).toBe(0.2);
    expect(new LayerObserver([observed], 0.1).sample()[0]!.saturated).toBe(1);
  });

  it('goes on from restored signs', () => {
    const { set, observed } = layer([1, 1, 1, 1], 1);
    const signs = new LayerObserver([observed], null).state();
    set([-1, 1, 1, 1]);
    const resumed = new LayerObserver([observed], null);
    resumed.restore(name => signs.get(name)!);
    expect(resumed.sample()[0]!.flipRatio).toBe(0.25);
  });
});

describe('packed signs', () => {
  it('treat 0 and -0 as +1, and pad with zero bits', () => {
    expect([...packSigns(Float32Array.of(-1, -0, 0, 1, -2, 3, -4, 5, -6))]).toEqual([0b01010001, 1]);
  });

  it('give the share of signs that differ', () => {
    const values = fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 })), { minLength: 1, maxLength: 70 });
    fc.assert(fc.property(values, pairs => {
      const differing = pairs.filter(([a, b]) => a < 0 !== b < 0).length;
      expect(flipRatio(packSigns(Float32Array.from(pairs, ([a]) => a)), packSigns(Float32Array.from(pairs, ([, b]) => b)), pairs.length)).toBe(differing / pairs.length);
    }));
  });
});
