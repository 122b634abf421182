import type { CostTotal } from '../analysis/index.js';
import type { ComparisonResult, MeanEstimate, Verdict } from '../experiments/index.js';
import type { Figure } from '../figures/index.js';
import type { RunRecord } from '../training/index.js';

/** One row of the result table: a cell of the grid over its seeds. */
export interface CellRow {
  /** Name of the cell: `mlp/bwn`. */
  readonly name: string;
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
  readonly comparisons: readonly ReportedComparison[];
}

/** A comparison, with the cells whose runs it is made of. */
export interface ReportedComparison extends ComparisonResult {
  readonly cells: readonly string[];
}

/** A figure with the name of its files and of its place in its page. */
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

/** One finished run of an arm. */
export interface ArmRun {
  readonly seed: number;
  readonly learningRate: number;
  /** In [0, 1], as the validation accuracy. */
  readonly testAccuracy: number;
  readonly validationAccuracy: number | null;
  readonly testLoss: number | null;
  readonly trainLoss: number | null;
  readonly steps: number;
  readonly imagesPerSecond: number | null;
  readonly durationMs: number;
  readonly configHash: string;
  /** What it was trained with; `null` where its folder cannot be read. */
  readonly config: RunRecord['config'] | null;
}

/** What one site of the encoder is in an arm, for all blocks in which it is the same. */
export interface ArmSite {
  /** Layer in timm's words: `blocks.0–3.mlp.fc1`. */
  readonly layer: string;
  readonly weight: string;
  readonly input: string;
  readonly note: string;
}

/** One arm of the experiment on a page of its own. */
export interface Arm {
  /** Name of its page and of the files of its figures. */
  readonly id: string;
  readonly title: string;
  readonly cell: CellRow;
  /** Test accuracy minus that of the float model with the same seed; `null` for the float model. */
  readonly toFloat: MeanEstimate | null;
  readonly runs: readonly ArmRun[];
  /** Empty where no run folder can be read. */
  readonly sites: readonly ArmSite[];
  readonly cost: CostTotal | null;
  readonly figures: readonly ReportFigure[];
}

/** Everything that the pages show, as plain data: the pages themselves compute nothing. */
export interface Report {
  readonly title: string;
  /** What was run, in one or two sentences. */
  readonly summary: string;
  readonly questions: readonly QuestionSection[];
  readonly cells: readonly CellRow[];
  /** What a reader must know about the learning rates, in sentences. */
  readonly notes: readonly string[];
  readonly accuracy: ReportFigure | null;
  /** The 2 x 2 of the two binary parts for each method. */
  readonly interaction: ReportFigure | null;
  /** Accuracy against size and operations. */
  readonly pareto: ReportFigure | null;
  readonly cost: ReportFigure | null;
  readonly curves: ReportFigure | null;
  readonly scales: ReportFigure | null;
  /** In the order of `cells`. */
  readonly arms: readonly Arm[];
  readonly absent: readonly Absence[];
  readonly environment: readonly (readonly [name: string, value: string])[];
  readonly data: readonly (readonly [name: string, sha256: string])[];
  /** The command that makes these results again. */
  readonly command: string;
}

/** The figures of the overview, in its order. */
export function overviewFigures({ questions, accuracy, interaction, pareto, cost, curves, scales }: Report): ReportFigure[] {
  return [accuracy, pareto, cost, ...questions.map(({ figure }) => figure), interaction, curves, scales].filter(entry => entry !== null);
}

/** All figures of a report. */
export function figuresOf(report: Report): ReportFigure[] {
  return [...overviewFigures(report), ...report.arms.flatMap(({ figures }) => figures)];
}
