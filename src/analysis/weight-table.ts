import * as tf from '@tensorflow/tfjs';
import type { Site } from '../binarize/index.js';
import { TableRows, type Column } from '../io/index.js';
import { isBinary, linearLayers, type BinaryLayer, type LinearLayer } from '../models/index.js';
import { fiveNumbers, moments, type FiveNumbers, type Moments } from './distribution.js';
import { quantizationError, type QuantizationError } from './quantization-error.js';
import { signStatistics, type SignStatistics } from './signs.js';

/** The weights of one linear layer. */
export interface WeightRow {
  /** 'blocks.0.attn.qkv'. */
  readonly name: string;
  readonly site: Site | 'qkv';
  /** Encoder block, from 0; null for patch embedding and head. */
  readonly block: number | null;
  /** `[in, out]`. */
  readonly shape: readonly [number, number];
  readonly binary: boolean;
  /** Of the latent weights. */
  readonly weights: Moments;
  /** Share of latent weights within a tenth of their mean absolute value of 0, where a small step turns the sign. */
  readonly nearZero: number;
  /** Share of latent weights that a latent clip holds: those at the largest absolute value, where several are exactly there. */
  readonly saturated: number;
  /** Inputs and outputs all of whose latent weights are 0: they take and give nothing. */
  readonly dead: { readonly inputs: number; readonly outputs: number };
  /** Of the latent weights; null when some are not finite. */
  readonly signs: SignStatistics | null;
  /** Scaling factors over the outputs (all 1 without scaling); null for a float layer. */
  readonly scales: FiveNumbers | null;
  /** Null for a float layer, or when some weights are not finite. */
  readonly error: QuantizationError | null;
  /** Why a measure is missing; empty when none is. */
  readonly note: string;
}

/** What the weights of every linear layer look like, one row a layer whether it is binarized or not, in the order of computation. */
export function weightTable(model: tf.LayersModel): TableRows<WeightRow> {
  const rows: WeightRow[] = [];
  for (const layer of linearLayers(model)) tf.tidy(() => { rows.push(weightRow(layer)); });
  return new TableRows(columns, rows);
}

const columns: readonly Column<WeightRow>[] = [
  ['layer', 'text', row => row.name], ['block', 'number', row => row.block], ['inputs', 'number', row => row.shape[0]],
  ['outputs', 'number', row => row.shape[1]], ['binary', 'boolean', row => row.binary],
  ...(['mean', 'std', 'meanAbsolute', 'minimum', 'maximum', 'skewness', 'excessKurtosis', 'bimodality', 'nan', 'infinite'] as const)
    .map((measure): Column<WeightRow> => [measure, 'number', row => row.weights[measure]]),
  ['nearZero', 'number', row => row.nearZero], ['saturated', 'number', row => row.saturated],
  ['deadInputs', 'number', row => row.dead.inputs], ['deadOutputs', 'number', row => row.dead.outputs],
  ...(['positive', 'entropy', 'outputEntropy', 'constantOutputs', 'duplicateOutputs', 'duplicateInputs'] as const)
    .map((measure): Column<WeightRow> => [measure, 'number', row => row.signs?.[measure] ?? null]),
  ['scaleMinimum', 'number', row => row.scales?.minimum ?? null], ['scaleMedian', 'number', row => row.scales?.median ?? null],
  ['scaleMaximum', 'number', row => row.scales?.maximum ?? null], ['error', 'number', row => row.error?.relative ?? null],
  ['leastError', 'number', row => row.error?.optimal ?? null], ['cosine', 'number', row => row.error?.cosine ?? null], ['note', 'text', row => row.note],
];

function weightRow(layer: LinearLayer | BinaryLayer): WeightRow {
  const latent = layer.latent();
  const values = latent.dataSync<'float32'>();
  const [inputs, outputs] = latent.shape;
  const weights = moments(values);
  const finite = weights.n === values.length;
  const binary = isBinary(layer);
  return {
    name: layer.name, site: layer.site, block: layer.block, shape: [inputs, outputs], binary, weights, ...shares(values, inputs, outputs, weights),
    signs: finite ? signStatistics(values, inputs, outputs) : null,
    // A binarizer refuses what is not finite.
    scales: finite && binary ? fiveNumbers(layer.scale().dataSync()) : null,
    error: finite && binary ? quantizationError(values, layer.effective().dataSync(), inputs, outputs) : null,
    note: [
      ...(binary ? [] : ['float: nothing is binarized']),
      ...(finite ? [] : [`${weights.nan} NaN and ${weights.infinite} infinite weights: no signs, scales or error`]),
    ].join('; '),
  };
}

/** Everything that one pass over the weights counts. */
function shares(
  values: Float32Array, inputs: number, outputs: number, { minimum, maximum, meanAbsolute }: Moments,
): Pick<WeightRow, 'nearZero' | 'saturated' | 'dead'> {
  const reach = Math.max(Math.abs(minimum), Math.abs(maximum));
  const columns = new Uint8Array(outputs);
  let [near, clipped, deadInputs] = [0, 0, 0];
  for (let row = 0; row < inputs; row++) {
    let alive = false;
    for (let column = 0; column < outputs; column++) {
      const size = Math.abs(values[row * outputs + column]!);
      if (size <= meanAbsolute / 10) near++;
      if (size === reach) clipped++;
      if (size !== 0) {
        alive = true;
        columns[column] = 1;
      }
    }
    if (!alive) deadInputs++;
  }
  return {
    nearZero: near / values.length,
    // One weight is the largest in any case.
    saturated: clipped > 1 ? clipped / values.length : 0,
    dead: { inputs: deadInputs, outputs: outputs - columns.reduce((sum, flag) => sum + flag, 0) },
  };
}
