/** The fields of a training configuration that the learning rate depends on. */
export interface Schedule {
  readonly learningRate: number;
  readonly warmup: number;
  readonly steps: number;
}

/**
 * Learning rate of one update: linear warm-up, then half a cosine that would reach 0 at `steps`.
 * With w = round(warmup · steps) and peak λ:
 * λ(s) = λ (s + 1) / w for s < w, and λ (1 + cos(π (s − w) / (steps − w))) / 2 after that.
 *
 * @param step updates done before this one, 0 to steps - 1
 * @see Loshchilov and Hutter 2017, arXiv 1608.03983, eq. 5 (one period, no restart)
 */
export function learningRateAt(step: number, { learningRate, warmup, steps }: Schedule): number {
  const warmupSteps = Math.round(warmup * steps);
  if (step < warmupSteps) return (learningRate * (step + 1)) / warmupSteps;
  return (learningRate * (1 + Math.cos((Math.PI * (step - warmupSteps)) / (steps - warmupSteps)))) / 2;
}
