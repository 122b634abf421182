import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSigns, signDynamics, type SignDynamics, type SignMoment } from '../../src/analysis/index.js';
import { packSigns } from '../../src/models/index.js';

type Expected = Pick<SignDynamics, 'name' | 'flipRatio' | 'flips' | 'meanFlips' | 'lastFlip'>;
/** From numpy, see fixtures/analysis/sign-dynamics.py. */
const { steps, layers } = JSON.parse(readFileSync(new URL('../fixtures/analysis/sign-dynamics.json', import.meta.url), 'utf8')) as {
  steps: number[]; layers: (Expected & { shape: [number, number]; signs: string[] })[];
};
const samples: SignMoment[] = steps.map((step, at) => ({
  step, layers: layers.map(({ name, shape, signs }) => ({ name, shape, signs: new Uint8Array(Buffer.from(signs[at]!, 'base64')) })),
}));

function near(found: readonly number[], expected: readonly number[]): void {
  expect(found.length).toBe(expected.length);
  // Ratios of the same whole numbers.
  found.forEach((value, at) => { expect(value).toBeCloseTo(expected[at]!, 12); });
}

describe('sign dynamics', () => {
  it('are those that numpy finds in the unpacked signs', () => {
    signDynamics(samples).forEach((found, index) => {
      const expected = layers[index]!;
      expect([found.name, found.weights, found.steps]).toEqual([expected.name, expected.shape[0] * expected.shape[1], steps]);
      for (const measure of ['flipRatio', 'flips', 'lastFlip'] as const) near(found[measure], expected[measure]);
      expect(found.meanFlips).toBeCloseTo(expected.meanFlips, 12);
      expect([found.neverFlipped, found.oscillating]).toEqual([found.flips[0], found.flips[3]]);
    });
  });

  it('call a weight oscillating when it flipped back at least twice', () => {
    const moment = (step: number, values: number[]): SignMoment => ({ step, layers: [{ name: 'fc1', shape: [3, 1], signs: packSigns(Float32Array.from(values)) }] });
    // Flips: away, back, away again; away and back; none.
    const [row] = signDynamics([moment(0, [1, 1, 1]), moment(1, [-1, -1, 1]), moment(2, [1, 1, 1]), moment(3, [-1, 1, 1])]);
    expect(row).toMatchObject({ oscillating: 1 / 3, neverFlipped: 1 / 3, flips: [1 / 3, 0, 1 / 3, 1 / 3], lastFlip: [0, 1 / 3, 1 / 3] });
  });

  it('do not see the scale of the latent weights, and sum to one', () => {
    const walk = fc.array(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 11, maxLength: 11 }), { minLength: 2, maxLength: 6 });
    fc.assert(fc.property(walk, fc.constantFrom(0.03125, 1, 64), (values, scale) => {
      const of = (factor: number): SignDynamics[] => signDynamics(values.map((row, step) =>
        ({ step, layers: [{ name: 'fc1', shape: [11, 1], signs: packSigns(Float32Array.from(row, value => factor * value)) }] })));
      const [row] = of(1);
      expect(of(scale)).toEqual([row]);
      expect(row!.flips.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      expect(row!.lastFlip.reduce((sum, share) => sum + share, row!.neverFlipped)).toBeCloseTo(1, 12);
    }));
  });

  it('need two samples of one model', () => {
    expect(() => signDynamics(samples.slice(0, 1))).toThrow('samples: expected at least two, found 1');
    const other: SignMoment = { step: 50, layers: [{ ...samples[0]!.layers[0]!, shape: [7, 9] }] };
    expect(() => signDynamics([samples[0]!, other])).toThrow('expected blocks.0.attn.proj of shape [9, 7] at step 50, found blocks.0.attn.proj [7, 9]');
  });

  it('stand in the table with the step by which half of the weights had settled', () => {
    const text = formatSigns(signDynamics(samples));
    expect(text).toContain('blocks.0.attn.proj');
    expect(text).toMatch(/half settled by/);
    const [first] = signDynamics(samples);
    let settled = first!.neverFlipped;
    const half = steps.find((_, at) => at > 0 && (settled += first!.lastFlip[at - 1]!) >= 0.5)!;
    expect(text.split('\n')[2]).toContain(`step ${half}`);
  });
});
