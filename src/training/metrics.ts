/** The training loss and what moved the weights, at one step. */
export interface StepRow {
  readonly kind: 'step';
  /** Updates done, this one included. */
  readonly step: number;
  /** Mean over this step's batch (with label smoothing, if any). */
  readonly loss: number;
  readonly learningRate: number;
  /** Global L2 norm of the gradient, before clipping. */
  readonly gradientNorm: number;
}

/** One binarized layer at one step. */
export interface LayerStatistics {
  /** Layer name, e.g. `blocks.0.mlp.fc1`. */
  readonly name: string;
  /** Share of signs that differ from the last sample (the first one: from the initial weights), in [0, 1]. */
  readonly flipRatio: number;
  readonly scaleMean: number;
  readonly scaleMin: number;
  readonly scaleMax: number;
  /** Share of latent weights with |w| > 1, or at the latent clip when there is one, in [0, 1]. */
  readonly saturated: number;
}

/** Statistics of all binarized layers at one step. */
export interface LayersRow {
  readonly kind: 'layers';
  readonly step: number;
  readonly layers: readonly LayerStatistics[];
}

/** Loss and accuracy over a whole split, with the weights after `step` updates. */
export interface EvaluationRow {
  readonly kind: 'evaluation';
  readonly step: number;
  readonly split: 'validation' | 'test';
  /** Mean cross entropy, without label smoothing. */
  readonly loss: number;
  /** Share of images whose largest logit is the right class, in [0, 1]. */
  readonly accuracy: number;
}

/** A row of `metrics.jsonl`. */
export type MetricsRow = StepRow | LayersRow | EvaluationRow;
