import {
  binarizersAt, inputParameters, rpreluParameters, weightParameters, type BinarizationPlan, type InputBinarizerSpec, type Site,
  type WeightBinarizerSpec,
} from '../binarize/index.js';
import { columnGroups } from '../layers/index.js';
import { TableRows, type Column } from '../io/index.js';
import { mlpHiddenDim, patchCount, tokenCount, type VitConfig } from '../models/index.js';

/** Multiply-accumulates by the bits of their two operands. */
export interface OperandMacs {
  readonly '1x1': number;
  /** One operand is ±1 (or ternary), so only the addition is left. */
  readonly '1x32': number;
  readonly '32x32': number;
}

/** Cost of one layer for one image. */
export interface CostRow {
  /** In timm's words, e.g. 'blocks.0.mlp.fc1'; 'attn.scores' is QKᵀ, 'attn.probabilities' is PV. */
  readonly name: string;
  /** Without the batch. */
  readonly outputShape: readonly number[];
  /** Weights of which only signs are stored (ternary methods: two bits each). */
  readonly binaryParameters: number;
  /** Weights, biases, norms, tokens, learned factors and shifts, 32 bits each. */
  readonly floatParameters: number;
  /** How many of the float parameters are biases of linear layers. */
  readonly biases: number;
  /** Scaling factors that are computed from latent weights: no parameters in training, 32 bits each when stored. */
  readonly scales: number;
  /** 1 bit per binary weight, 2 per ternary one, each output's bits padded to 32-bit words, and 4 bytes for every float and scale. */
  readonly sizeBytes: number;
  readonly macs: OperandMacs;
  /** Float multiply-accumulates; a 1x32 one counts half. */
  readonly flops: number;
  /** 1x1 multiply-accumulates. */
  readonly bops: number;
  /** FLOPs + BOPs/64. */
  readonly ops: number;
  /** Why a layer has no multiply-accumulates; empty for the others. */
  readonly note: string;
}

/** Sums over the rows of a table. */
export type CostTotal = Omit<CostRow, 'name' | 'outputShape' | 'note'>;

/**
 * Parameters, bytes and operations of every layer, from shape and plan alone. The convention is that of the literature
 * on binary networks (XNOR-Net, Bi-Real Net, ReActNet, BiViT): `OPs = FLOPs + BOPs/64`, one operation per
 * multiply-accumulate of linear layers and of attention's two products, each at the width its operands really have; half
 * a FLOP where one operand is binary (BiViT, arXiv 2211.07091, table 3); normalisation, softmax, activation, residual
 * and scaling multiplications are left out.
 *
 * @returns one row per layer in the order of computation
 */
export function costTable(config: VitConfig, plan: BinarizationPlan): TableRows<CostRow> {
  const { embedDim: dim } = config;
  const pooledTokens = config.globalPool === 'avg' ? [] : [tokenCount(config)];
  return new TableRows(columns, [
    ...denseRows(plan, null, 'patch_embed.proj', ['patchEmbed'], [patchCount(config)], config.patchSize ** 2 * config.inChans, dim, true),
    ...(config.distillation === undefined ? [] : [freeRow('dist_token', [tokenCount(config) - 1, dim], dim, 'one token is put in front')]),
    ...(config.classToken ? [freeRow('cls_token', [tokenCount(config), dim], dim, 'one token is put in front')] : []),
    freeRow('pos_embed', [tokenCount(config), dim], tokenCount(config) * dim, 'additions only: left out by the convention'),
    ...Array.from({ length: config.depth }, (_, block) => blockRows(config, plan, block)).flat(),
    ...(config.globalPool === 'avg' ? [freeRow('pool', [dim], 0, 'a mean: left out by the convention')] : []),
    freeRow(config.globalPool === 'avg' ? 'fc_norm' : 'norm', [...pooledTokens, dim], 2 * dim, normNote),
    ...denseRows(plan, null, 'head', ['head'], [], dim, config.numClasses, true),
    ...(config.distillation === 'heads' ? denseRows(plan, null, 'head_dist', ['head'], [], dim, config.numClasses, true) : []),
  ]);
}

const columns: readonly Column<CostRow>[] = [
  ['layer', 'text', row => row.name], ['output', 'text', row => row.outputShape.join('x')],
  ...(['binaryParameters', 'floatParameters', 'biases', 'scales', 'sizeBytes'] as const).map((measure): Column<CostRow> => [measure, 'number', row => row[measure]]),
  ...(['1x1', '1x32', '32x32'] as const).map((operands): Column<CostRow> => [`macs ${operands}`, 'number', row => row.macs[operands]]),
  ...(['flops', 'bops', 'ops'] as const).map((measure): Column<CostRow> => [measure, 'number', row => row[measure]]),
  ['note', 'text', row => row.note],
];

export function costTotal(rows: readonly CostRow[]): CostTotal {
  const sum = (value: (row: CostRow) => number): number => rows.reduce((total, row) => total + value(row), 0);
  return {
    binaryParameters: sum(row => row.binaryParameters),
    floatParameters: sum(row => row.floatParameters),
    biases: sum(row => row.biases),
    scales: sum(row => row.scales),
    sizeBytes: sum(row => row.sizeBytes),
    macs: { '1x1': sum(row => row.macs['1x1']), '1x32': sum(row => row.macs['1x32']), '32x32': sum(row => row.macs['32x32']) },
    flops: sum(row => row.flops),
    bops: sum(row => row.bops),
    ops: sum(row => row.ops),
  };
}

const normNote = 'normalisation: left out by the convention';

function blockRows(config: VitConfig, plan: BinarizationPlan, block: number): CostRow[] {
  const { embedDim: dim, numHeads: heads } = config;
  const tokens = tokenCount(config);
  const hidden = mlpHiddenDim(config);
  const name = (part: string): string => `blocks.${block}.${part}`;
  const scores = binarizersAt(plan, 'scores', block);
  const probabilities = binarizersAt(plan, 'probabilities', block);
  const productMacs = tokens * tokens * dim;
  return [
    freeRow(name('norm1'), [tokens, dim], 2 * dim, normNote),
    ...denseRows(plan, block, name('attn.qkv'), ['q', 'k', 'v'], [tokens], dim, 3 * dim, config.qkvBias),
    row(name('attn.scores'), [heads, tokens, tokens], operandMacs(productMacs, scores.input !== null, scores.input !== null),
      { floats: 2 * inputCount(scores.input, dim) }),
    freeRow(name('attn.softmax'), [heads, tokens, tokens], 0, 'softmax: left out by the convention'),
    row(name('attn.probabilities'), [tokens, dim],
      operandMacs(productMacs, probabilities.input !== null, probabilities.values !== null),
      { floats: inputCount(probabilities.input, tokens) + inputCount(probabilities.values, dim) }),
    ...denseRows(plan, block, name('attn.proj'), ['proj'], [tokens], dim, dim, true),
    freeRow(name('norm2'), [tokens, dim], 2 * dim, normNote),
    ...denseRows(plan, block, name('mlp.fc1'), ['fc1'], [tokens], dim, hidden, true),
    freeRow(name('mlp.act'), [tokens, hidden], plan.activation === 'rprelu' ? count(rpreluParameters(hidden)) : 0,
      `${plan.activation === 'rprelu' ? 'RPReLU' : 'GELU'}: left out by the convention`),
    ...denseRows(plan, block, name('mlp.fc2'), ['fc2'], [tokens], hidden, dim, true),
  ];
}

/** A dense layer of one site, or of q, k and v: one row when they are alike, otherwise one each. `positions`: tokens, or none. */
function denseRows(
  plan: BinarizationPlan, block: number | null, name: string, sites: readonly Site[], positions: readonly number[], inputs: number,
  outputs: number, bias: boolean,
): CostRow[] {
  return columnGroups(name, sites.map(site => ({ site, ...binarizersAt(plan, site, block) }))).map(group => {
    const { weight, input } = group;
    const columns = outputs / sites.length * group.sites.length;
    const isBinary = weight !== null;
    const bits = weight?.threshold.name === 'dead-zone' ? 2 : 1;
    const learned = inputCount(input, inputs) + (isBinary ? count(weightParameters(weight, [inputs, columns])) : 0);
    return row(group.name, [...positions, columns],
      operandMacs((positions[0] ?? 1) * inputs * columns, isBinary, input !== null, bits === 2), {
        binary: isBinary ? inputs * columns : 0,
        signBytes: isBinary ? columns * bits * Math.ceil(inputs / 32) * 4 : 0,
        floats: (isBinary ? 0 : inputs * columns) + (bias ? columns : 0) + learned,
        biases: bias ? columns : 0,
        scales: scaleCount(weight, inputs, columns),
      });
  });
}

function operandMacs(count: number, left: boolean, right: boolean, ternary = false): OperandMacs {
  const both = left && right && !ternary;
  const one = (left || right) && !both;
  return { '1x1': both ? count : 0, '1x32': one ? count : 0, '32x32': both || one ? 0 : count };
}

/** Scaling factors that a stored layer needs besides its parameters. */
function scaleCount(weight: WeightBinarizerSpec | null, inputs: number, outputs: number): number {
  if (weight === null || weight.scale.name === 'none' || weight.scale.name === 'learned') return 0;
  if (weight.scale.name === 'power-of-two' || weight.scale.per === 'channel') return outputs;
  return weight.scale.per === 'tensor' ? 1 : outputs * Math.ceil(inputs / weight.scale.per.groupSize);
}

function inputCount(input: InputBinarizerSpec | null, features: number): number {
  return input === null ? 0 : count(inputParameters(input, features));
}

function count(parameters: readonly { readonly shape: readonly number[] }[]): number {
  return parameters.reduce((total, { shape }) => total + shape.reduce((size, side) => size * side, 1), 0);
}

function freeRow(name: string, outputShape: readonly number[], floats: number, note: string): CostRow {
  return row(name, outputShape, { '1x1': 0, '1x32': 0, '32x32': 0 }, { floats }, note);
}

function row(
  name: string, outputShape: readonly number[], macs: OperandMacs,
  stored: { floats: number; binary?: number; signBytes?: number; biases?: number; scales?: number }, note = '',
): CostRow {
  const { floats, binary = 0, signBytes = 0, biases = 0, scales = 0 } = stored;
  const flops = macs['32x32'] + macs['1x32'] / 2;
  const bops = macs['1x1'];
  return {
    name, outputShape, binaryParameters: binary, floatParameters: floats, biases, scales, sizeBytes: signBytes + 4 * (floats + scales), macs, flops,
    bops, ops: flops + bops / 64, note,
  };
}
