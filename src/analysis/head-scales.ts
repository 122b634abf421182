import type * as tf from '@tensorflow/tfjs';
import { TableRows, type Column } from '../io/index.js';
import { vitDefinition } from '../models/index.js';
import { fiveNumbers, type FiveNumbers } from './distribution.js';
import { scaleFits } from './scale-fit.js';

/** Scaling factors of the query, key or value projection of one head. */
export interface HeadScales {
  /** Encoder block and head, from 0. */
  readonly block: number;
  readonly operand: 'q' | 'k' | 'v';
  readonly head: number;
  /** Over the outputs of the head. */
  readonly scales: FiveNumbers;
}

const operands = ['q', 'k', 'v'] as const;

/**
 * How far the scaling factors of q, k and v differ, and those of the heads within each: the columns of the fused projection are
 * q, k and v in this order, and each is one head after the other (timm's layout).
 *
 * @returns rows by block, operand and head, for the blocks whose projection is binary
 */
export function headScales(model: tf.LayersModel): TableRows<HeadScales> {
  const { numHeads, embedDim } = vitDefinition(model).config;
  const headDim = embedDim / numHeads;
  return new TableRows(columns, scaleFits(model).flatMap(({ site, block, scales }) => {
    const members = operands.filter(operand => site === 'qkv' || site === operand);
    return members.flatMap((operand, part) => Array.from({ length: numHeads }, (_, head): HeadScales => {
      const first = part * embedDim + head * headDim;
      return { block: block!, operand, head, scales: fiveNumbers(scales.slice(first, first + headDim))! };
    }));
  }));
}

const columns: readonly Column<HeadScales>[] = [
  ['block', 'number', row => row.block], ['operand', 'text', row => row.operand], ['head', 'number', row => row.head],
  ...(['minimum', 'lowerQuartile', 'median', 'upperQuartile', 'maximum'] as const)
    .map((measure): Column<HeadScales> => [measure, 'number', row => row.scales[measure]]),
];
