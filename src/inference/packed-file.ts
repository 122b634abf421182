import { parseSafetensors, toFloat32, type Safetensors, type SafetensorsTensor } from '../io/browser.js';
import { wordsOf } from '../kernels/browser.js';
import { parseModelUse, type ModelUse } from '../pictures/browser.js';
import { outputsOf, parseProgram, type PackedDense, type PackedInput, type PackedNorm, type PackedProgram, type PackedSigns } from './program.js';

/** What a packed model says of itself beside its program and tensors. */
export interface PackedInfo extends ModelUse {
  /** `VitConfig` and `BinarizationPlan` of the model that it was made from, as JSON. */
  readonly config: unknown;
  readonly plan: unknown;
  /** Where it comes from: source, its hash, version of binvit. */
  readonly provenance: Readonly<Record<string, string>>;
}

/** A packed model as it lies in its file. */
export interface PackedFile extends PackedInfo {
  readonly program: PackedProgram;
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
}

/** Both are in the header: a file of another version is refused. */
const format = 'binvit-packed-1';
/** Of the sign bits: rows of outputs, 32-bit words, the first input in the lowest bit, 1 for +1. */
const layout = 'rows-32-lsb';

/** What stands in the header of a packed model's file beside its tensors. */
export function packedMetadata({ program, config, plan, preprocessing, classes, provenance }: PackedFile): Safetensors['metadata'] {
  return {
    format, layout, program: JSON.stringify(program), config: JSON.stringify(config), plan: JSON.stringify(plan),
    use: JSON.stringify({ preprocessing, classes }), provenance: JSON.stringify(provenance),
  };
}

/**
 * Reads a packed model from the bytes of its file. {@link packedFileOf} says what is checked.
 *
 * @param name what errors call it
 */
export function parsePackedFile(bytes: Uint8Array, name: string): PackedFile {
  return packedFileOf(parseSafetensors(bytes, name), name);
}

/**
 * The packed model in a safetensors file. Checks that it is whole: the version, every tensor of its program there with its type and
 * shape, every float finite, no tensor too many.
 *
 * @throws Error that names the file, and the tensor or field where there is one
 */
export function packedFileOf({ tensors, metadata }: Safetensors, path: string): PackedFile {
  const fail = (problem: string): never => { throw new Error(`${path}: ${problem}`); };
  if (metadata.format !== format) fail(`expected a packed model (format ${format}), found ${metadata.format ?? 'no format'}: make one with packModel`);
  if (metadata.layout !== layout) fail(`expected sign bits in the layout ${layout}, found ${metadata.layout ?? 'none'}: pack the model again`);
  const json = (field: string): unknown => {
    try {
      return JSON.parse(metadata[field] ?? 'null');
    } catch {
      return fail(`header field ${field}: expected JSON`);
    }
  };
  const parsed = <Field>(field: string, parse: (value: unknown) => Field): Field => {
    try {
      return parse(json(field));
    } catch (error) {
      return fail((error as Error).message);
    }
  };
  const program = parsed('program', parseProgram);
  checkTensors(program, tensors, fail);
  const use = parsed('use', parseModelUse);
  checkUse(use, program, fail);
  return { program, tensors, config: json('config'), plan: json('plan'), ...use, provenance: (json('provenance') ?? {}) as Record<string, string> };
}

/** Bytes of a packed model's tensors: what its cost table counts. The header comes on top. */
export function packedTensorBytes(tensors: ReadonlyMap<string, SafetensorsTensor>): number {
  return [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
}

type Fail = (problem: string) => never;

function checkUse({ preprocessing, classes }: ModelUse, { imgSize, inChans, numClasses }: PackedProgram, fail: Fail): void {
  if (classes !== null && classes.length > numClasses) fail(`use.classes: expected at most ${numClasses} names, found ${classes.length}`);
  if (preprocessing === null) return;
  const { crop, normalization: { mean, std } } = preprocessing;
  if (crop.height !== imgSize || crop.width !== imgSize) fail(`use.preprocessing.crop: expected ${imgSize} x ${imgSize} pixels, found ${crop.height} x ${crop.width}`);
  if (mean.length !== inChans || std.length !== inChans) {
    fail(`use.preprocessing.normalization: expected mean and std of ${inChans} channels, found ${mean.length} and ${std.length}`);
  }
}

function checkTensors(program: PackedProgram, tensors: ReadonlyMap<string, SafetensorsTensor>, fail: Fail): void {
  const { dim, imgSize, patchSize, inChans, numClasses, numHeads, blocks, pool, heads, prefixTokens } = program;
  const patchCount = (imgSize / patchSize) ** 2;
  if (!Number.isInteger(imgSize / patchSize)) fail(`program.patchSize: expected a divisor of imgSize ${imgSize}, found ${patchSize}`);
  if (dim % numHeads !== 0) fail(`program.numHeads: expected a divisor of dim ${dim}, found ${numHeads}`);
  const tokens = patchCount + prefixTokens.length;
  if (pool === 'token' && heads.length > prefixTokens.length) fail(`program.heads: expected at most one for each prefix token, found ${heads.length}`);
  const padded: { readonly tensor: string; readonly inputs: number }[] = [];
  const ternary: { readonly signs: string; readonly kept: string }[] = [];
  const expected = new Map<string, { readonly dtype: 'F32' | 'F16' | 'U32'; readonly shape: readonly number[] }>();
  const float = (tensor: string, ...shape: number[]): void => { expected.set(tensor, { dtype: 'F32', shape }); };
  /** May be in 16 bits. */
  const matrix = (tensor: string, ...shape: number[]): void => { expected.set(tensor, { dtype: tensors.get(tensor)?.dtype === 'F16' ? 'F16' : 'F32', shape }); };
  /** `positions`: rows of an image. */
  const inputTensors = (input: PackedInput | null, inputs: number, positions: number): void => {
    if (input === null) return;
    if (input.shift !== null) float(input.shift, inputs);
    if (input.factor !== null) float(input.factor, 1);
    if (typeof input.scale === 'object') float(input.scale.tokens, positions);
  };
  const signs = ({ signs: plane, kept, scale, group }: PackedSigns, inputs: number, outputs: number): void => {
    for (const tensor of kept === undefined ? [plane] : [plane, kept]) {
      expected.set(tensor, { dtype: 'U32', shape: [outputs, wordsOf(inputs)] });
      padded.push({ tensor, inputs });
    }
    if (kept !== undefined) ternary.push({ signs: plane, kept });
    if (group !== undefined && inputs % group !== 0) fail(`tensor ${plane}: expected groups of a divisor of ${inputs} inputs, found ${group}`);
    if (scale === null) return;
    if (group !== undefined) float(scale, inputs / group, outputs);
    else float(scale, tensors.get(scale)?.shape[0] === 1 ? 1 : outputs);
  };
  const dense = (layer: PackedDense, inputs: number, outputs: number, positions = tokens): void => {
    if (layer.inputs !== inputs || outputsOf(layer) !== outputs) {
      fail(`${layer.name}: expected ${inputs} inputs and ${outputs} outputs, found ${layer.inputs} and ${outputsOf(layer)}`);
    }
    for (const { outputs: own, weight, input } of layer.columns) {
      if ('float' in weight) matrix(weight.float, inputs, own);
      else signs(weight, inputs, own);
      inputTensors(input, inputs, positions);
    }
    if (layer.bias !== null) float(layer.bias, outputs);
  };
  const norm = ({ weight, bias }: PackedNorm): void => { for (const tensor of [weight, bias]) float(tensor, dim); };
  dense(program.patches, patchSize ** 2 * inChans, dim, patchCount);
  for (const token of prefixTokens) matrix(token, dim);
  matrix(program.positions, tokens, dim);
  for (const { norm1, qkv, products, proj, norm2, fc1, activation, fc2 } of blocks) {
    norm(norm1);
    dense(qkv, dim, 3 * dim);
    for (const operand of [products?.query, products?.key, products?.value]) inputTensors(operand ?? null, dim, tokens);
    inputTensors(products?.probabilities ?? null, tokens, tokens);
    dense(proj, dim, dim);
    norm(norm2);
    const hidden = outputsOf(fc1);
    dense(fc1, dim, hidden);
    if (activation !== 'gelu') for (const tensor of [activation.before, activation.slope, activation.after]) float(tensor, hidden);
    dense(fc2, hidden, dim);
  }
  norm(program.norm);
  for (const head of heads) dense(head, dim, numClasses, 1);

  for (const [tensor, { dtype, shape }] of expected) {
    const found = tensors.get(tensor);
    if (found === undefined) fail(`tensor ${tensor}: expected it, found nothing`);
    else if (found.dtype !== dtype || found.shape.join() !== shape.join()) {
      fail(`tensor ${tensor}: expected ${dtype} [${shape.join(', ')}], found ${found.dtype} [${found.shape.join(', ')}]`);
    } else if (dtype !== 'U32' && !toFloat32(found).every(Number.isFinite)) fail(`tensor ${tensor}: expected finite numbers, found a NaN or an infinity`);
  }
  for (const { tensor, inputs } of padded) {
    if (inputs % 32 === 0) continue;
    const rows = tensors.get(tensor)!.data as Uint32Array;
    // Bits that stand for nothing would be counted.
    for (let last = wordsOf(inputs) - 1; last < rows.length; last += wordsOf(inputs)) {
      if (rows[last]! >>> (inputs % 32) !== 0) fail(`tensor ${tensor}: expected the bits beyond ${inputs} inputs to be 0, found others`);
    }
  }
  for (const { signs: plane, kept } of ternary) {
    const mask = tensors.get(kept)!.data as Uint32Array;
    if ((tensors.get(plane)!.data as Uint32Array).some((word, i) => (word & ~mask[i]!) !== 0)) fail(`tensor ${plane}: expected no sign where ${kept} is 0, found one`);
  }
  const extra = [...tensors.keys()].find(tensor => !expected.has(tensor));
  if (extra !== undefined) fail(`tensor ${extra}: expected no tensor of this name`);
}
