import type { ComparisonResult, Verdict } from '../experiments/index.js';
import type { Figure } from '../figures/index.js';

/** One row of the result table: a cell of the grid over its seeds. */
export interface CellRow {
  readonly where: string;
  readonly method: string;
  /** Weight and activation bits: "W1A32". */
  readonly bits: string;
  /** Whether the method has scaling factors. */
  readonly scaled: boolean;
  /** Seeds that finished. */
  readonly n: number;
  /** Test accuracy in [0, 1]. */
  readonly mean: number;
  /** 95 % interval of the mean; `null` when one seed gives none. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Mean validation accuracy in [0, 1]. */
  readonly validationAccuracy: number | null;
  /** One, unless the runs of the cell were made with several. */
  readonly learningRates: readonly number[];
  readonly imagesPerSecond: number | null;
}

/** One claim, with what the runs say about it. */
export interface ClaimRow {
  /** The claim in one sentence. */
  readonly sentence: string;
  /** What was found, in plain words with numbers. */
  readonly finding: string;
  readonly verdict: Verdict;
  /** Fewest seeds behind any of its comparisons. */
  readonly n: number;
  readonly comparisons: readonly Omit<ComparisonResult, 'differences'>[];
}

/** A figure with the name of its files and of its place in the page. */
export interface ReportFigure {
  readonly id: string;
  /** Its heading where several figures stand in a list. */
  readonly title: string;
  readonly figure: Figure;
}

/** The answer to a question, in one paragraph. */
export interface Answer {
  /** Yes, no, or how far it is decided. */
  readonly lead: string;
  readonly detail: string;
}

/** A question with the claims that answer it. */
export interface QuestionSection {
  readonly question: string;
  /** `null` where the claims are not summed up. */
  readonly answer: Answer | null;
  readonly claims: readonly ClaimRow[];
  /** Forest plot of the comparisons; `null` when none was measured. */
  readonly figure: ReportFigure | null;
}

/** A run without a result, or a part of one that cannot be read. */
export interface Absence {
  readonly kind: 'failed' | 'missing' | 'damaged';
  readonly run: string;
  readonly reason: string;
}

/** Everything that the page shows, as plain data: the page itself computes nothing. */
export interface Report {
  readonly title: string;
  /** What was run, in one or two sentences. */
  readonly summary: string;
  readonly questions: readonly QuestionSection[];
  readonly cells: readonly CellRow[];
  /** What a reader must know about the learning rates, in sentences. */
  readonly notes: readonly string[];
  readonly accuracy: ReportFigure | null;
  readonly curves: ReportFigure | null;
  readonly scales: ReportFigure | null;
  readonly weights: readonly ReportFigure[];
  readonly absent: readonly Absence[];
  readonly environment: readonly (readonly [name: string, value: string])[];
  readonly data: readonly (readonly [name: string, sha256: string])[];
  /** The command that makes these results again. */
  readonly command: string;
}

/** All figures of a report, in the order of the page. */
export function figuresOf({ questions, accuracy, curves, scales, weights }: Report): ReportFigure[] {
  const entries = [...questions.map(({ figure }) => figure), accuracy, curves, scales, ...weights];
  return entries.filter(entry => entry !== null);
}
