import * as tf from '@tensorflow/tfjs';
import type { Random } from '../backend/index.js';
import type { BinarizationPlan, Site } from '../binarize/index.js';
import type { ImageView } from '../data/index.js';
import type { Normalization } from '../pictures/index.js';
import { TableRows, type Column } from '../io/index.js';
import { vitDefinition, vitParameters, withPlan } from '../models/index.js';
import { accuracyChange, outcomes, shareOf } from './outcomes.js';

/** What stands in a branch's place. */
export const replacements = ['zero', 'random-signs', 'float'] as const;
export type Replacement = (typeof replacements)[number];

/** What a model's accuracy loses when one residual branch is replaced. */
export interface BranchContribution {
  /** 'blocks.0.attn' or 'blocks.0.mlp'. */
  readonly branch: string;
  /** Share of images in [0, 1] that are classified right with the replacement. */
  readonly accuracy: number;
  /** Accuracy of the whole model minus that: above 0 where the branch does better than its replacement. */
  readonly contribution: number;
  /** 95 % interval of `contribution` from the paired outcomes of the images, see `AccuracyChange`. */
  readonly interval: readonly [number, number];
}

export interface Contributions {
  readonly replacement: Replacement;
  /** Accuracy of the whole model, in [0, 1]. */
  readonly accuracy: number;
  readonly images: number;
  /** In the order of computation. */
  readonly branches: readonly BranchContribution[];
}

export interface ContributionOptions {
  /**
   * `zero` (default): the branch adds nothing. `random-signs`: the latent weights of its binary layers keep their absolute values, so
   * that scales from them stay, and get random signs. `float`: its weights and inputs are no longer binarized, which costs what
   * binarization costs there, as far as the other parts, trained beside it, can use it. A float branch is its own twin: exactly 0.
   */
  readonly replacement?: Replacement;
  /** Draws the signs; needed for them alone. Each branch forks its own. */
  readonly random?: Random;
  /** Share of the work that is done, in (0, 1]. */
  readonly onProgress?: (share: number) => void;
}

const parts: readonly { readonly part: string; readonly sites: readonly Site[] }[] = [
  { part: 'attn', sites: ['q', 'k', 'v', 'scores', 'probabilities', 'proj'] },
  { part: 'mlp', sites: ['fc1', 'fc2'] },
];

/**
 * Replaces every branch (MHSA or MLP) of every block, one at a time, and counts what is still classified right. The model is the same
 * afterwards.
 *
 * @throws RangeError when signs are to be drawn and there is no generator
 */
export async function branchContributions(
  model: tf.LayersModel, view: ImageView, normalization: Normalization, options: ContributionOptions = {},
): Promise<Contributions & { readonly branches: TableRows<BranchContribution> }> {
  const { replacement = 'zero', random, onProgress } = options;
  const { config, plan } = vitDefinition(model);
  const without = (block: number, part: string, sites: readonly Site[]): Promise<boolean[]> => {
    const branch = `blocks.${block}.${part}`;
    if (replacement === 'zero') return outcomes(model, view, normalization, (name, output) => (name === branch ? tf.zerosLike(output) : output));
    if (replacement === 'float') return withFloat(model, restored(plan, block, sites), twin => outcomes(twin, view, normalization));
    if (random === undefined) throw new RangeError('random: expected a generator that draws the signs, found none');
    return withRandomSigns(model, branch, random.fork(branch), () => outcomes(model, view, normalization));
  };
  const whole = await outcomes(model, view, normalization);
  const branches: BranchContribution[] = [];
  for (let block = 0; block < config.depth; block++) {
    for (const { part, sites } of parts) {
      const { accuracy, change, interval: [low, high] } = accuracyChange(whole, await without(block, part, sites));
      // 0 - x, since -0 is no number that a table should show.
      branches.push({ branch: `blocks.${block}.${part}`, accuracy, contribution: 0 - change, interval: [0 - high, 0 - low] });
      onProgress?.(branches.length / (config.depth * parts.length));
    }
  }
  return { replacement, accuracy: shareOf(whole), images: whole.length, branches: new TableRows(columns, branches) };
}

const columns: readonly Column<BranchContribution>[] = [
  ['branch', 'text', row => row.branch], ['accuracy', 'number', row => row.accuracy],
  ['contribution (points)', 'number', row => 100 * row.contribution, ({ interval }) => 50 * (interval[1] - interval[0])],
  ['low', 'number', row => 100 * row.interval[0]], ['high', 'number', row => 100 * row.interval[1]],
];

/** A plan with some sites of a block (null: outside the blocks) as float. */
export function restored(plan: BinarizationPlan, block: number | null, sites: readonly Site[]): BinarizationPlan {
  return { ...plan, rules: [...plan.rules, { sites, blocks: block === null ? 'all' : [block], method: 'custom', weight: null, input: null, values: null }] };
}

async function withFloat<Result>(model: tf.LayersModel, plan: BinarizationPlan, use: (twin: tf.LayersModel) => Promise<Result>): Promise<Result> {
  const twin = withPlan(model, plan);
  try {
    return await use(twin);
  } finally {
    twin.dispose();
  }
}

/** Calls `use` while the latent weights of a branch have random signs; they come back whatever happens. */
async function withRandomSigns<Result>(model: tf.LayersModel, branch: string, random: Random, use: () => Promise<Result>): Promise<Result> {
  const latent = vitParameters(model).filter(({ name, role }) => role === 'latent' && name.startsWith(`${branch}.`));
  const trained = latent.map(({ variable }) => variable.dataSync<'float32'>().slice());
  const assign = (values: readonly Float32Array[]): void => {
    latent.forEach(({ variable }, index) => { tf.tidy(() => { variable.assign(tf.tensor(values[index]!, variable.shape)); }); });
  };
  assign(trained.map(values => values.map(value => (random.uniform() < 0.5 ? -1 : 1) * Math.abs(value))));
  try {
    return await use();
  } finally {
    assign(trained);
  }
}
