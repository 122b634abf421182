import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { factorialPlaces, interactionOf, type FactorialPlace, type MeanEstimate, type ResultRow } from '../../src/experiments/index.js';
import { doneRow } from './rows.js';

type Estimate = Omit<MeanEstimate, 'n'>;
/** From numpy and scipy, see fixtures/analysis/interaction.py. */
const fixture = JSON.parse(readFileSync(new URL('../fixtures/analysis/interaction.json', import.meta.url), 'utf8')) as {
  accuracies: Record<FactorialPlace, number>[]; arms: Record<FactorialPlace, Estimate>; mlp: Estimate; mhsa: Estimate; interaction: Estimate;
};

const rows: ResultRow[] = fixture.accuracies.flatMap((accuracies, index) => factorialPlaces.map(place =>
  doneRow(place === 'none' ? 'none/float' : `${place}/bnn`, index + 1, accuracies[place])));

function expectNear({ n, mean, standardDeviation, interval }: MeanEstimate, expected: Estimate): void {
  // Double precision on both sides.
  expect(n).toBe(5);
  expect(mean).toBeCloseTo(expected.mean!, 12);
  expect(standardDeviation).toBeCloseTo(expected.standardDeviation!, 12);
  // jStat's quantile of t ends its iteration at about 1e-9.
  interval!.forEach((end, side) => { expect(end).toBeCloseTo(expected.interval![side]!, 8); });
}

it('effects and interaction are the coefficients of a least-squares fit, with the t-intervals of scipy', () => {
  const found = interactionOf(rows, 'bnn');
  expect(found.seeds).toEqual([1, 2, 3, 4, 5]);
  for (const place of factorialPlaces) expectNear(found.arms[place], fixture.arms[place]);
  for (const effect of ['mlp', 'mhsa', 'interaction'] as const) expectNear(found[effect], fixture[effect]);
});

it('counts the seeds alone that have all four arms', () => {
  const incomplete = rows.filter(({ cell, seed }) => !(cell === 'all/bnn' && seed > 1));
  expect(interactionOf(incomplete, 'bnn')).toMatchObject({ seeds: [1], interaction: { n: 1, interval: null } });
  expect(interactionOf(rows, 'bwn')).toMatchObject({ seeds: [], interaction: { n: 0, mean: null } });
});
