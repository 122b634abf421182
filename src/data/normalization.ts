import type { Normalization } from '../pictures/index.js';
import type { ImageView } from './image-set.js';

/**
 * Mean and (population) standard deviation per channel of pixels in [0, 1]. Sums go over a histogram of the byte values, so
 * the result does not depend on the order of the images. A channel with a single value gets std 1: it is only centred.
 */
export function normalization({ set, indices }: ImageView): Normalization {
  const { images, channels, height, width } = set;
  const pixels = height * width;
  const size = pixels * channels;
  const counts = Array.from({ length: channels }, () => new Float64Array(256));
  for (const index of indices) {
    for (let channel = 0; channel < channels; channel++) {
      const histogram = counts[channel]!;
      const end = (index + 1) * size;
      for (let at = index * size + channel; at < end; at += channels) histogram[images[at]!]!++;
    }
  }
  const total = pixels * indices.length;
  const means = counts.map(histogram => histogram.reduce((sum, n, value) => sum + n * value, 0) / total);
  const variances = counts.map((histogram, channel) =>
    histogram.reduce((sum, n, value) => sum + n * (value - means[channel]!) ** 2, 0) / total);
  return { mean: means.map(mean => mean / 255), std: variances.map(variance => (variance === 0 ? 1 : Math.sqrt(variance) / 255)) };
}
