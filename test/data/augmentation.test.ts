import { describe, expect, it } from 'vitest';
import { Random } from '../../src/backend/index.js';
import { imageSet } from '../../src/data/index.js';
import { drawPlacement } from '../../src/data/augmentation.js';
import { ImageWriter } from '../../src/data/image-writer.js';

/** Two images of 2 x 3; pixel values are written as they are. */
const asTheyAre = { mean: [0], std: [1 / 255] };
const set = imageSet({
  name: 'two', images: Uint8Array.of(9, 9, 9, 9, 9, 9, 1, 2, 3, 4, 5, 6), labels: new Uint8Array(2), height: 2, width: 3, channels: 1, classes: ['a'],
});

function placed(top: number, left: number, flip: boolean): number[] {
  const target = new Float32Array(7).fill(-1);
  new ImageWriter(set, asTheyAre).writePlaced(1, { top, left, flip }, 1, target, 1);
  // Nothing before the offset is touched.
  expect(target[0]).toBe(-1);
  return [...target.subarray(1)].map(value => Math.round(value * 1e4) / 1e4);
}

describe('a crop with a border of one pixel', () => {
  it.each([
    ['the middle is the image itself', 1, 1, false, [1, 2, 3, 4, 5, 6]],
    ['the top left corner has the border above and to the left', 0, 0, false, [0, 0, 0, 0, 1, 2]],
    ['the bottom right corner has it below and to the right', 2, 2, false, [5, 6, 0, 0, 0, 0]],
    ['it is mirrored after the crop', 1, 1, true, [3, 2, 1, 6, 5, 4]],
    ['a mirrored corner has the border on the other side', 0, 0, true, [0, 0, 0, 2, 1, 0]],
  ])('%s', (_, top, left, flip, expected) => {
    expect(placed(top, left, flip)).toEqual(expected);
  });

  it('has black pixels, normalised like the others, and keeps channels together', () => {
    const rgb = imageSet({ name: 'rgb', images: Uint8Array.of(255, 0, 51), labels: new Uint8Array(1), height: 1, width: 1, channels: 3, classes: ['a'] });
    const writer = new ImageWriter(rgb, { mean: [0.5, 0.5, 0], std: [0.5, 1, 1] });
    const target = new Float32Array(3);
    writer.writePlaced(0, { top: 1, left: 1, flip: true }, 1, target, 0);
    expect([...target]).toEqual([1, -0.5, Math.fround(0.2)]);
    writer.writePlaced(0, { top: 0, left: 1, flip: false }, 1, target, 0);
    expect([...target]).toEqual([-1, -0.5, 0]);
  });
});

describe('drawPlacement', () => {
  it('draws every place and both sides equally often', () => {
    const random = Random.seeded(1);
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 18_000; draw++) {
      const { top, left, flip } = drawPlacement({ crop: 1, flip: true }, random);
      const key = `${top} ${left} ${flip}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(18);
    // 1000 expected each; five standard deviations are 154.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(154);
  });

  it('draws nothing that is not asked for', () => {
    const random = Random.seeded(1);
    const before = random.state();
    expect(drawPlacement({ crop: 0, flip: false }, random)).toEqual({ top: 0, left: 0, flip: false });
    expect(random.state()).toEqual(before);
  });
});
