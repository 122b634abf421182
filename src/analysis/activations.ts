import * as tf from '@tensorflow/tfjs';
import { TableRows, type Column } from '../io/index.js';
import { blockOf } from '../layers/index.js';
import { forward } from '../models/index.js';
import { fiveNumbers, histogram, moments, type FiveNumbers, type Histogram, type Moments } from './distribution.js';
import { binaryEntropy } from './signs.js';

/** What one linear layer takes (or, where attention's products are binary, one of their operands), over the images of a probe. */
export interface ActivationRow {
  /** 'blocks.0.mlp.fc1'; 'blocks.0.attn.query' for an operand. */
  readonly name: string;
  /** Encoder block, from 0; null for patch embedding and head. */
  readonly block: number | null;
  /** Whether a binarizer follows. */
  readonly binary: boolean;
  /** Channels, the last axis. */
  readonly features: number;
  /** Of the values before their sign (a learned shift added). */
  readonly values: Moments;
  readonly histogram: Histogram;
  /** Share of values beyond ±1, where the clipped estimator passes no gradient. */
  readonly saturated: number;
  /** Share of the upper level (+1, or 1 for {0, 1}); of values >= 0 where the input stays float. */
  readonly upper: number;
  /** The same by channel: five numbers over the channels. */
  readonly channelUpper: FiveNumbers;
  /** Mean over the channels of the entropy of their levels, in bits: 0 where all are constant. */
  readonly channelEntropy: number;
  /** Channels with one level for all tokens and images: they carry no information. */
  readonly constantChannels: number;
}

/**
 * Distributions before the sign, balance of the levels and saturation at every linear layer, for one probe batch. Sign balance alone
 * says how much of a bit an activation can carry.
 *
 * @param images `[batch, imgSize, imgSize, inChans]`, normalised; see `probeBatch`
 * @returns one row a layer in the order of computation, float ones too
 */
export function activationTable(model: tf.LayersModel, images: tf.Tensor4D): TableRows<ActivationRow> {
  const rows: ActivationRow[] = [];
  tf.tidy(() => {
    forward(model, images, {
      training: false,
      input: (name, values, upper) => { tf.tidy(() => { rows.push(activationRow(name, values, upper)); }); },
    });
  });
  return new TableRows(columns, rows);
}

const columns: readonly Column<ActivationRow>[] = [
  ['layer', 'text', row => row.name], ['block', 'number', row => row.block], ['binary', 'boolean', row => row.binary], ['features', 'number', row => row.features],
  ...(['mean', 'std', 'minimum', 'maximum', 'excessKurtosis'] as const).map((measure): Column<ActivationRow> => [measure, 'number', row => row.values[measure]]),
  ...(['saturated', 'upper', 'channelEntropy', 'constantChannels'] as const).map((measure): Column<ActivationRow> => [measure, 'number', row => row[measure]]),
];

function activationRow(name: string, tensor: tf.Tensor, upper: tf.Tensor | null): ActivationRow {
  const values = tensor.dataSync();
  const features = tensor.shape.at(-1)!;
  const levels = (upper ?? tf.greaterEqual(tensor, 0)).dataSync();
  const perChannel = values.length / features;
  const counts = new Uint32Array(features);
  let saturated = 0;
  for (let at = 0; at < values.length; at++) {
    counts[at % features]! += levels[at]!;
    if (Math.abs(values[at]!) > 1) saturated++;
  }
  const shares = Array.from(counts, count => count / perChannel);
  const mean = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0) / features;
  return {
    name, block: blockOf(name), binary: upper !== null, features, values: moments(values), histogram: histogram(values),
    saturated: saturated / values.length, upper: mean(shares), channelUpper: fiveNumbers(shares)!, channelEntropy: mean(shares.map(binaryEntropy)),
    constantChannels: counts.filter(count => count === 0 || count === perChannel).length,
  };
}
