import type { ClaimResult } from '../experiments/index.js';
import { differencesFigure } from '../figures/index.js';
import { answer, questions } from './questions.js';
import type { ClaimRow, QuestionSection, ReportFigure } from './report.js';

/** Puts the judged claims under the questions that they answer. */
export function questionSections(judged: readonly ClaimResult[]): QuestionSection[] {
  return questions.map(({ id, question, families, answerable }) => {
    const members = judged.filter(({ claim }) => families.includes(claim.family));
    return {
      question,
      answer: answerable ? answer(members) : null,
      claims: members.map(claimRow),
      figure: forestPlot(id, question, members),
    };
  });
}

function claimRow({ claim, comparisons, ...result }: ClaimResult): ClaimRow {
  return {
    sentence: claim.sentence, ...result,
    comparisons: comparisons.map((comparison, index) => ({ ...comparison, cells: Object.keys(claim.comparisons[index]!.terms) })),
  };
}

/** A comparison that two claims ask with different margins is one row, with the margin and verdict of the first. */
function forestPlot(id: string, question: string, claims: readonly ClaimResult[]): ReportFigure | null {
  const rows = new Map(claims.flatMap(({ comparisons }) => comparisons).reverse().map(({ label, mean, interval, margin, n, verdict }) =>
    [label, mean === null ? null : { label, mean, interval, margin, n, verdict }]));
  const measured = [...rows.values()].filter(row => row !== null).reverse();
  if (measured.length === 0) return null;
  return { id: `differences-${id}`, title: question, figure: differencesFigure(measured) };
}
