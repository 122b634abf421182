import { describe, expect, test } from 'vitest';
import { claims, judgeClaims, type ClaimResult, type ResultRow } from '../../src/experiments/index.js';
import { doneRow, failedRow } from './rows.js';

const methods = ['binaryconnect', 'bwn', 'bnn', 'xnor-net'];
const cells = ['none/float', ...['mlp', 'mhsa', 'all'].flatMap(where => methods.map(method => `${where}/${method}`))];

/** Accuracies in percent of facts.md's kind: scales help, a part beats the whole, activations cost more than weights. */
const base: Record<string, number> = {
  'none/float': 95, 'mlp/binaryconnect': 90, 'mlp/bwn': 94, 'mlp/bnn': 51, 'mlp/xnor-net': 91, 'mhsa/binaryconnect': 45, 'mhsa/bwn': 94,
  'mhsa/bnn': 20.4, 'mhsa/xnor-net': 80, 'all/binaryconnect': 52, 'all/bwn': 92.6, 'all/bnn': 19, 'all/xnor-net': 77,
};

/** Every cell differs a little from seed to seed, in an order of its own. */
function grid(seeds: readonly number[], change: Record<string, number> = {}): ResultRow[] {
  return cells.flatMap((cell, c) => seeds.map(seed =>
    doneRow(cell, seed, ({ ...base, ...change }[cell]! + 0.1 * ((seed * 7 + c * 5) % 11)) / 100)));
}

const eight = [1, 2, 3, 4, 5, 6, 7, 8];
const find = (results: readonly ClaimResult[], id: string): ClaimResult => results.find(({ claim }) => claim.id === id)!;

describe('claims', () => {
  test('compare cells of the grid only, with weights that cancel for equal cells', () => {
    for (const { terms } of claims.flatMap(({ comparisons }) => comparisons)) {
      expect(cells).toEqual(expect.arrayContaining(Object.keys(terms)));
      expect(Object.values(terms).reduce((sum, weight) => sum + weight, 0)).toBe(0);
    }
  });

  test('follow the differences at eight seeds', () => {
    const results = judgeClaims(grid(eight), eight);
    expect(find(results, '1, W1A1').verdict).toBe('supported');
    expect(find(results, '3, scaled').verdict).toBe('supported');
    // 94 − 92.6 is more, and not greatly more.
    expect(find(results, '3, scaled, greatly').verdict).toBe('contradicted');
    // mhsa/binaryconnect 45 is below all/binaryconnect 52.
    expect(find(results, '3, unscaled').verdict).toBe('contradicted');
    expect(find(results, '6, scaled').verdict).toBe('supported');
  });

  test('the numbers are those of the definition', () => {
    const comparison = find(judgeClaims(grid(eight), eight), '4, scaled').comparisons[0]!;
    const value = (cell: string): number => grid([3]).find(row => row.cell === cell)!.testAccuracy!;
    const loss = (cell: string): number => value('none/float') - value(cell);
    expect(comparison.differences.find(({ seed }) => seed === 3)!.value)
      .toBeCloseTo(loss('all/xnor-net') - loss('mlp/xnor-net') - loss('mhsa/xnor-net'), 12);
    expect(comparison.mean).toBeCloseTo(comparison.differences.reduce((sum, { value: v }) => sum + v, 0) / 8, 12);
  });

  test('reversed differences contradict', () => {
    const result = find(judgeClaims(grid(eight, { 'mlp/xnor-net': 40 }), eight), '1, W1A1');
    expect(result.comparisons.map(({ verdict }) => verdict)).toEqual(['contradicted', 'supported', 'supported']);
    expect(result.verdict).toBe('contradicted');
  });

  test('two arms within a point of each other contradict that they differ', () => {
    expect(find(judgeClaims(grid(eight), eight), '5, scaled').comparisons.map(({ label, verdict }) => [label, verdict]))
      .toEqual([['XNOR-Net: MLP only − MHSA only', 'supported'], ['BWN: MLP only − MHSA only', 'contradicted']]);
  });

  test('one difference among many that is wide leaves its claim undecided', () => {
    const rows = grid(eight).map(row => (row.cell === 'mlp/bwn' && row.seed === 4 ? { ...row, testAccuracy: 0.1 } : row));
    const result = find(judgeClaims(rows, eight), '1, W1A32');
    expect(result.comparisons[0]!.verdict).toBe('undecided');
    expect(result.verdict).toBe('undecided');
    expect(result.notConverged).toEqual(['mlp/bwn, seed 4']);
    expect(result.finding).toContain('Counted although they did not converge (accuracy below 20 %): mlp/bwn, seed 4.');
  });

  test('the sign-flip check stops a verdict that rests on the normal assumption alone', () => {
    // Six seeds: five equal differences and one below zero give a sign-flip p of 4 / 64 whatever the t-test says.
    const six = [1, 2, 3, 4, 5, 6];
    const rows = grid(six).map(row => ({ ...row, testAccuracy: row.cell === 'all/bwn' && row.seed === 6 ? 0.5 : row.cell === 'all/bwn' ? 0.9 : 0.5001 }));
    const [comparison] = find(judgeClaims(rows, six), '1, W1A32').comparisons.slice(2);
    expect(comparison!.signFlipP).toBe(4 / 64);
    expect(comparison!.verdict).toBe('undecided');
  });
});

describe('what is not there', () => {
  test('one seed gives a mean, no interval, no verdict, no NaN', () => {
    const results = judgeClaims(grid([1]), [1]);
    for (const result of results) {
      expect(result.verdict).toBe('undecided');
      expect(result.finding).toContain('no interval from one seed');
      expect(JSON.stringify(result)).not.toContain('NaN');
      for (const { interval, p, mean } of result.comparisons) expect([interval, p, typeof mean]).toEqual([null, null, 'number']);
    }
  });

  test('no runs give no mean', () => {
    const [first] = judgeClaims([], [1, 2, 3]);
    expect(first!.comparisons[0]).toMatchObject({ n: 0, mean: null, interval: null, missingSeeds: [1, 2, 3], verdict: 'undecided' });
    expect(first!.finding).toContain('not measured');
  });

  test('missing seeds are counted', () => {
    const rows = grid(eight).filter(row => row.cell !== 'all/bnn' || row.seed > 2);
    const result = find(judgeClaims(rows, eight), '1, W1A1');
    expect(result.comparisons.map(({ n, missingSeeds }) => [n, missingSeeds])).toEqual([[8, []], [8, []], [6, [1, 2]]]);
    expect(result.finding).toContain('Up to 2 of 8 seeds are missing');
  });

  test('a failed run keeps its comparisons undecided, and only those', () => {
    const rows = grid(eight).map(row => (row.cell === 'all/bnn' && row.seed === 5 ? failedRow(row.cell, 5, 'loss is NaN at step 12') : row));
    const result = find(judgeClaims(rows, eight), '1, W1A1');
    expect(result.comparisons.map(({ verdict }) => verdict)).toEqual(['supported', 'supported', 'undecided']);
    expect(result.failed).toEqual(['all/bnn, seed 5: loss is NaN at step 12']);
  });

  test('rows of seeds that were not planned do not count', () => {
    expect(find(judgeClaims(grid(eight), [1, 2]), '1, W1A1').n).toBe(2);
  });
});

test('a finding is a sentence with verdict, mean, interval and n', () => {
  expect(find(judgeClaims(grid(eight), eight), '5, unscaled').finding).toMatch(
    /^Supported \(2 of 2 comparisons supported\): BNN: MLP only − MHSA only \+30\.\d points \(95 % interval \+30\.\d to \+3[01]\.\d, n = 8\); BinaryConnect: MLP only − MHSA only \+4/);
});
