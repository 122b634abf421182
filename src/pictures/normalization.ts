/** How pixels become the model's input: (value / 255 - mean) / std, per channel. */
export interface Normalization {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/**
 * The model's input for each byte value: entry `channel · 256 + value`, `[channels · 256]`.
 *
 * @throws RangeError when the normalization is not for `channels` channels
 */
export function normalizationTable({ mean, std }: Normalization, channels: number): Float32Array {
  if (mean.length !== channels || std.length !== channels) {
    throw new RangeError(`normalization: expected mean and std of ${channels} channels, found ${mean.length} and ${std.length}`);
  }
  return Float32Array.from({ length: channels * 256 }, (_, at) => {
    const channel = at >> 8;
    return ((at & 255) / 255 - mean[channel]!) / std[channel]!;
  });
}
