import type { ClaimResult, Verdict } from '../experiments/index.js';
import { count, points } from '../figures/index.js';
import type { Answer } from './report.js';

/** What the report asks, and which families of claims answer it. */
export interface Question {
  readonly id: string;
  readonly question: string;
  readonly families: readonly string[];
  /** Whether its claims, taken together, answer yes or no. */
  readonly answerable: boolean;
}

/** The two questions of the paper (IEICE PRMU2022-83), and what else the same runs tell. */
export const questions: readonly Question[] = [
  { id: 'scaling', question: 'Do scaling factors, which help binary CNNs, help binary Vision Transformers?', families: ['1'], answerable: true },
  { id: 'parts', question: 'Is it better to binarize only the MLP or only the MHSA than both?', families: ['3', '3, greatly'], answerable: true },
  { id: 'further', question: 'What else do the runs tell?', families: ['4', '5', '6'], answerable: false },
];

/** How many comparisons say yes, and then what each claim came to, with its numbers. */
export function answer(claims: readonly ClaimResult[]): Answer {
  // Claims that also ask for a margin ("greatly") repeat the comparisons of those that do not.
  const comparisons = claims.filter(({ claim }) => claim.margin === 0).flatMap(claim => claim.comparisons);
  return { lead: lead(comparisons.map(comparison => comparison.verdict)), detail: claims.map(claimInWords).join(' ') };
}

function lead(verdicts: readonly Verdict[]): string {
  const of = (verdict: Verdict): number => verdicts.filter(other => other === verdict).length;
  const [yes, no, undecided] = [of('supported'), of('contradicted'), of('undecided')];
  if (yes === verdicts.length) return `Yes, in all ${count(yes, 'comparison')}.`;
  if (no === verdicts.length) return `No, in none of ${count(no, 'comparison')}.`;
  if (undecided === verdicts.length) return 'Undecided at this number of seeds.';
  return `Yes in ${yes} of ${count(verdicts.length, 'comparison')}, no in ${no}, undecided in ${undecided}.`;
}

/** A claim with a margin has the differences of the one without, so it does not repeat them. */
function claimInWords({ claim, comparisons, verdict, n }: ClaimResult): string {
  const means = comparisons.flatMap(({ mean }) => mean === null ? [] : [mean]);
  const range = means.length === 0
    ? 'nothing to compare yet'
    : `mean differences from ${points(Math.min(...means))} to ${points(Math.max(...means))} points in ${count(means.length, 'comparison')}`;
  return `${claim.sentence.replace(/\.$/, '')}: ${verdict} at n = ${n}${claim.margin === 0 ? ` (${range})` : ''}.`;
}
