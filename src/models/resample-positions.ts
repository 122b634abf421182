/**
 * Position embeddings for another grid of patches, as timm's `resample_abs_pos_embed`: bicubic and antialiased, pixel centres
 * aligned (PyTorch's `interpolate(mode='bicubic', align_corners=False, antialias=True)`). Prefix tokens stay as they are.
 *
 * Along each axis, output i is the mean of the inputs j weighed by k((j + 1/2 - s (i + 1/2)) / max(s, 1)), where s is the old side
 * over the new one and k Keys' cubic kernel with a = -1/2.
 *
 * @param positions `[prefixTokens + side², dim]`, row-major
 * @param side of the square grid
 * @param newSide of the grid to resample to
 * @returns `[prefixTokens + newSide², dim]`
 * @see Keys 1981, "Cubic convolution interpolation for digital image processing", eq. 15
 */
export function resamplePositions(positions: Float32Array, prefixTokens: number, side: number, newSide: number): Float32Array {
  const dim = positions.length / (prefixTokens + side ** 2);
  const weights = axisWeights(side, newSide);
  const prefix = positions.subarray(0, prefixTokens * dim);
  const rows = resampleAxis(positions.subarray(prefix.length), weights, 1, side * dim);
  const grid = resampleAxis(rows, weights, newSide, dim);
  const result = new Float32Array(prefix.length + grid.length);
  result.set(prefix);
  result.set(grid, prefix.length);
  return result;
}

/** Sparse row of the resampling matrix: weights of the inputs from `first` on. */
interface AxisWeights {
  readonly first: number;
  readonly weights: readonly number[];
}

function axisWeights(size: number, newSize: number): AxisWeights[] {
  const step = size / newSize;
  const stretch = Math.max(step, 1);
  return Array.from({ length: newSize }, (_, index) => {
    const centre = step * (index + 0.5);
    // The kernel reaches two (stretched) inputs to either side; what lies outside the grid does not count.
    const first = Math.max(Math.floor(centre - 2 * stretch + 0.5), 0);
    const end = Math.min(Math.floor(centre + 2 * stretch + 0.5), size);
    const raw = Array.from({ length: end - first }, (_value, offset) => cubic((first + offset + 0.5 - centre) / stretch));
    const total = raw.reduce((sum, value) => sum + value, 0);
    return { first, weights: raw.map(value => value / total) };
  });
}

/** Keys' kernel with a = -1/2. */
function cubic(x: number): number {
  const distance = Math.abs(x);
  if (distance < 1) return (1.5 * distance - 2.5) * distance ** 2 + 1;
  return distance < 2 ? ((-0.5 * distance + 2.5) * distance - 4) * distance + 2 : 0;
}

/** Resamples the middle axis of `[outer, size, inner]`. */
function resampleAxis(values: Float32Array, weights: readonly AxisWeights[], outer: number, inner: number): Float32Array {
  const size = values.length / (outer * inner);
  const result = new Float32Array(outer * weights.length * inner);
  for (let block = 0; block < outer; block++) {
    for (const [index, { first, weights: row }] of weights.entries()) {
      for (let i = 0; i < inner; i++) {
        let sum = 0;
        for (const [offset, weight] of row.entries()) sum += weight * values[(block * size + first + offset) * inner + i]!;
        result[(block * weights.length + index) * inner + i] = sum;
      }
    }
  }
  return result;
}
