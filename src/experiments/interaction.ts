import type { ResultRow } from './result-row.js';
import { meanEstimate, type MeanEstimate } from './statistics.js';

/** The four arms of one method: neither part binary, one of them, both. */
export const factorialPlaces = ['none', 'mlp', 'mhsa', 'all'] as const;
export type FactorialPlace = (typeof factorialPlaces)[number];

/** The 2 x 2 of one method: is the MLP binary, is the MHSA binary? Accuracies are fractions. */
export interface Interaction {
  readonly method: string;
  /** Seeds that all four arms have; every number here is over these. */
  readonly seeds: readonly number[];
  /** Test accuracy of each arm. */
  readonly arms: Readonly<Record<FactorialPlace, MeanEstimate>>;
  /** What binarizing the MLP changes, averaged over a float and a binary MHSA: ((mlp - none) + (all - mhsa)) / 2. */
  readonly mlp: MeanEstimate;
  /** The same of the MHSA: ((mhsa - none) + (all - mlp)) / 2. */
  readonly mhsa: MeanEstimate;
  /**
   * (all - mhsa) - (mlp - none), per seed: how far binarizing both is from the sum of the parts. Below 0 it is worse than that
   * sum. No arm can fall below chance, so where one part alone is near chance it says little.
   */
  readonly interaction: MeanEstimate;
}

/**
 * Main effects and interaction of the two binary parts, with 95 % t-intervals of per-seed contrasts (a 2 x 2 factorial design:
 * Fisher 1935, The Design of Experiments, chapter 6). Runs of one seed share initial weights, split and order of batches.
 *
 * @param rows one row a run; the float arm is `none/float`
 * @param method as in the rows, e.g. 'xnor-net'; without a seed that has all four arms all means are `null`
 */
export function interactionOf(rows: readonly ResultRow[], method: string): Interaction {
  const accuracies = new Map(rows.map(row => [`${row.cell} ${row.seed}`, row.testAccuracy]));
  const complete = [...new Set(rows.map(row => row.seed))].sort((a, b) => a - b).flatMap(seed => {
    const of = (place: FactorialPlace): number | null =>
      accuracies.get(`${place === 'none' ? 'none/float' : `${place}/${method}`} ${seed}`) ?? null;
    const [none, mlp, mhsa, all] = factorialPlaces.map(of);
    return none == null || mlp == null || mhsa == null || all == null ? [] : [{ seed, none, mlp, mhsa, all }];
  });
  const over = (value: (run: Readonly<Record<FactorialPlace, number>>) => number): MeanEstimate => meanEstimate(complete.map(value));
  return {
    method,
    seeds: complete.map(({ seed }) => seed),
    arms: { none: over(run => run.none), mlp: over(run => run.mlp), mhsa: over(run => run.mhsa), all: over(run => run.all) },
    mlp: over(run => (run.mlp - run.none + run.all - run.mhsa) / 2),
    mhsa: over(run => (run.mhsa - run.none + run.all - run.mlp) / 2),
    interaction: over(run => run.all - run.mhsa - run.mlp + run.none),
  };
}
