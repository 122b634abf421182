import { describe, expect, it } from 'vitest';
import { claims, judgeClaims } from '../../src/experiments/index.js';
import { answer, questions } from '../../src/report/questions.js';
import { questionSections } from '../../src/report/sections.js';
import { doneRow } from '../experiments/rows.js';

const seeds = [1, 2, 3];
/** Rows of W1A1 cells in which scaling adds `gain` at each place, give or take a little. */
const rows = (gain: Readonly<Record<string, number>>) => seeds.flatMap(seed => Object.entries(gain).flatMap(([where, points]) => [
  doneRow(`${where}/bnn`, seed, 0.5 + 0.01 * seed), doneRow(`${where}/xnor-net`, seed, 0.5 + 0.01 * seed + points + 0.001 * seed),
]));
const scalingAtOneBit = (gain: Readonly<Record<string, number>>) =>
  answer(judgeClaims(rows(gain), seeds).filter(({ claim }) => claim.id === '1, W1A1'));

describe('the questions', () => {
  it('take up every claim once', () => {
    const families = questions.flatMap(question => question.families);
    expect([...families].sort()).toEqual([...new Set(claims.map(claim => claim.family))].sort());
  });
});

describe('answer', () => {
  it('says yes only where every comparison does', () => {
    expect(scalingAtOneBit({ mlp: 0.2, mhsa: 0.3, all: 0.4 }).lead).toBe('Yes, in all 3 comparisons.');
    expect(scalingAtOneBit({ mlp: -0.2, mhsa: -0.3, all: -0.4 }).lead).toBe('No, in none of 3 comparisons.');
    expect(scalingAtOneBit({ mlp: 0.2, mhsa: -0.3, all: 0.4 }).lead).toBe('Yes in 2 of 3 comparisons, no in 1, undecided in 0.');
    expect(scalingAtOneBit({}).lead).toBe('Undecided at this number of seeds.');
  });

  it('gives the verdict, the number of seeds and the range of the differences', () => {
    expect(scalingAtOneBit({ mlp: 0.2, mhsa: 0.3, all: 0.4 }).detail)
      .toContain('supported at n = 3 (mean differences from +20.2 to +40.2 points in 3 comparisons).');
    expect(scalingAtOneBit({}).detail).toContain('undecided at n = 0 (nothing to compare yet).');
  });
});

describe('questionSections', () => {
  it('draws a comparison once, also where a second claim asks it with a margin', () => {
    const judged = judgeClaims(seeds.flatMap(seed => ['mlp', 'all'].map(where => doneRow(`${where}/bwn`, seed, where === 'mlp' ? 0.9 : 0.5 + 0.01 * seed))), seeds);
    const figure = questionSections(judged)[1]!.figure!.figure;
    const texts = (figure.layout.annotations as { text: string }[]).map(({ text }) => text);
    expect(texts.filter(text => text.includes('BWN'))).toEqual(['BWN: MLP only \u2212 MLP and MHSA']);
    expect(figure.alternative).toContain('+38.0');
  });

  it('has no figure where nothing was measured', () => {
    expect(questionSections(judgeClaims([], seeds)).map(section => section.figure)).toEqual([null, null, null]);
  });
});
