import * as z from 'zod';

/**
 * What a packed model computes, in words that need no binarization plan: which tensors a layer takes and which kernel path it goes.
 * Names of tensors are names in the same file.
 */

/** How an activation becomes bits in front of a product. */
export interface PackedInput {
  /** Levels −1 and 1, or 0 and 1. */
  readonly levels: 'signed' | 'unsigned';
  /** Tensor `[inputs]` that is added first; null for none. */
  readonly shift: string | null;
  /** Tensor `[1]`: a factor of all levels; null for 1. */
  readonly factor: string | null;
  /** Factor per row: none, the least-squares one of the row, or a tensor with one for each token. */
  readonly scale: 'none' | 'least-squares' | { readonly tokens: string };
  /** Unsigned levels: on where x is above this, or (`fraction` > 0) above that share of the row's maximum. */
  readonly threshold: number;
  readonly fraction: number;
}

/** Weights of −1 and 1, or of −1, 0 and 1, as bits. */
export interface PackedSigns {
  /** Tensor `[outputs, words]`: 1 for +1. */
  readonly signs: string;
  /** Tensor `[outputs, words]`: 1 where a weight is not 0, and there alone may a sign be 1; left out where none is 0. */
  readonly kept?: string | undefined;
  /** Tensor of factors: `[1]`, one for each output `[outputs]`, or with groups `[groups, outputs]`; null for 1. */
  readonly scale: string | null;
  /** Neighbouring inputs of an output that share a factor; left out where all do. */
  readonly group?: number | undefined;
}

/** Neighbouring outputs of a dense layer that are computed in one product. */
export interface PackedColumns {
  /** The layer's name, or that of its part: `blocks.0.attn.q`. */
  readonly name: string;
  readonly outputs: number;
  /** Float weights `[inputs, outputs]`, or bits. */
  readonly weight: { readonly float: string } | PackedSigns;
  /** Null keeps the activation float. */
  readonly input: PackedInput | null;
}

/** y = x W + bias, column by column. */
export interface PackedDense {
  readonly name: string;
  readonly inputs: number;
  readonly columns: readonly PackedColumns[];
  /** Tensor over all outputs. */
  readonly bias: string | null;
}

/** LayerNorm's two tensors. */
export interface PackedNorm {
  readonly weight: string;
  readonly bias: string;
}

/** Operands of attention's products, of which at least one is binary; null for a float one. */
export interface PackedProducts {
  readonly query: PackedInput | null;
  readonly key: PackedInput | null;
  readonly probabilities: PackedInput | null;
  readonly value: PackedInput | null;
}

export interface PackedBlock {
  readonly name: string;
  readonly norm1: PackedNorm;
  readonly qkv: PackedDense;
  /** Null where all are float. */
  readonly products: PackedProducts | null;
  readonly proj: PackedDense;
  readonly norm2: PackedNorm;
  readonly fc1: PackedDense;
  readonly activation: 'gelu' | { readonly before: string; readonly slope: string; readonly after: string };
  readonly fc2: PackedDense;
}

export interface PackedProgram {
  readonly imgSize: number;
  readonly patchSize: number;
  readonly inChans: number;
  readonly numClasses: number;
  readonly dim: number;
  readonly numHeads: number;
  readonly layerNormEps: number;
  readonly patches: PackedDense;
  /** Tensors of the tokens in front of the patches, the first one first. */
  readonly prefixTokens: readonly string[];
  readonly positions: string;
  readonly blocks: readonly PackedBlock[];
  readonly norm: PackedNorm;
  /** What the heads read: the mean of the patches (normalised after it is taken), or the first tokens, one for each head, averaged. */
  readonly pool: 'mean' | 'token';
  readonly heads: readonly PackedDense[];
}

const size = z.int().positive();
const name = z.string();
const input: z.ZodType<PackedInput> = z.object({
  levels: z.enum(['signed', 'unsigned']), shift: name.nullable(), factor: name.nullable(), scale: z.union([z.enum(['none', 'least-squares']), z.object({ tokens: name })]),
  threshold: z.number(), fraction: z.number().min(0),
});
const dense: z.ZodType<PackedDense> = z.object({
  name, inputs: size,
  columns: z.array(z.object({
    name, outputs: size, input: input.nullable(),
    weight: z.union([z.strictObject({ float: name }), z.strictObject({ signs: name, kept: name.optional(), scale: name.nullable(), group: size.optional() })]),
  })).min(1),
  bias: name.nullable(),
});
const norm: z.ZodType<PackedNorm> = z.object({ weight: name, bias: name });
const program: z.ZodType<PackedProgram> = z.object({
  imgSize: size, patchSize: size, inChans: size, numClasses: size, dim: size, numHeads: size, layerNormEps: z.number().positive(),
  patches: dense, prefixTokens: z.array(name), positions: name,
  blocks: z.array(z.object({
    name, norm1: norm, qkv: dense,
    products: z.object({
      query: input.nullable(), key: input.nullable(), probabilities: input.nullable(), value: input.nullable(),
    }).nullable(),
    proj: dense, norm2: norm, fc1: dense, activation: z.union([z.literal('gelu'), z.object({ before: name, slope: name, after: name })]), fc2: dense,
  })),
  norm, pool: z.enum(['mean', 'token']), heads: z.array(dense).min(1),
});

/** @throws TypeError that names the first field that is wrong */
export function parseProgram(value: unknown): PackedProgram {
  const result = program.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw new TypeError(`program.${path.join('.')}: ${message}`);
}

/** Tokens of a sequence. */
export function tokensOf({ imgSize, patchSize, prefixTokens }: PackedProgram): number {
  return (imgSize / patchSize) ** 2 + prefixTokens.length;
}

/** Outputs of a dense layer. */
export function outputsOf({ columns }: PackedDense): number {
  return columns.reduce((sum, { outputs }) => sum + outputs, 0);
}

/** Whether columns multiply bits with bits. Elsewhere their input is float, or its levels become floats. */
export function multipliesBits({ weight, input }: PackedColumns): boolean {
  return input !== null && 'signs' in weight && weight.group === undefined;
}

/** Whether a layer multiplies nothing but signs of its input, perhaps shifted, with bits. */
export function takesSigns({ columns: [columns, ...others] }: PackedDense): boolean {
  return columns !== undefined && others.length === 0 && multipliesBits(columns) && columns.input!.levels === 'signed';
}

/** Every dense layer. */
export function denseLayers({ patches, blocks, heads }: PackedProgram): PackedDense[] {
  return [patches, ...blocks.flatMap(({ qkv, proj, fc1, fc2 }) => [qkv, proj, fc1, fc2]), ...heads];
}
