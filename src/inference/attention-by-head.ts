import { packedWeightBytes, wordsOf, type EngineLibrary, type Offset } from '../kernels/browser.js';
import { dotProducts, multiplyBits, type BitProduct } from './bit-product.js';
import type { EngineTensors } from './engine-tensors.js';
import type { PackedInput, PackedProducts } from './program.js';

/** Sizes of the attention of a model. */
export interface AttentionShape {
  readonly images: number;
  readonly tokens: number;
  readonly dim: number;
  readonly numHeads: number;
}

/** Integers of the products, head by head: Q̂ K̂ᵀ `[tokens, tokens]` and P̂ V̂ `[tokens, headDim]`, where both operands are bits. */
export interface AttentionDots {
  readonly scores: Float32Array[];
  readonly values: Float32Array[];
}

/** Q, K or V of an image, `[tokens, dim]`. Its bits, where it has any, are the signs of x + shift. */
interface Operand {
  readonly x: Offset;
  readonly input: PackedInput | null;
  /** 0 for none. */
  readonly shift: Offset;
  /** Factors of the tokens; 0 for none. */
  readonly rowScale: Offset;
}

/**
 * Attention of which any operand is binary, in either levels, and any is float: P = softmax(s Q̂ K̂ᵀ), output v P̂ V̂. Head by head, through
 * the kernels of dense layers: what stands on the right is a weight, and levels of 0 and 1 are a weight's that is never −1. Bits with bits
 * are counted; where one side is float, or has a factor for each addend, the left one's levels become floats.
 */
export class AttentionByHead {
  readonly #engine: EngineLibrary;
  readonly #tensors: EngineTensors;
  readonly #shape: AttentionShape;
  readonly #parts: Offset;
  readonly #bits: Offset;
  readonly #keys: Offset;
  readonly #values: Offset;
  readonly #probabilities: Offset;
  readonly #scales: Offset;
  readonly #factors: Offset;
  #status = 0;

  /** Parameters as for `BinaryAttention`; the room is that of one image. */
  constructor(engine: EngineLibrary, tensors: EngineTensors, buffers: EngineTensors, shape: AttentionShape) {
    this.#engine = engine;
    this.#tensors = tensors;
    this.#shape = shape;
    const { tokens, dim, numHeads } = shape;
    const headDim = dim / numHeads;
    this.#parts = buffers.room(12 * tokens * dim);
    this.#bits = buffers.room(4 * tokens * wordsOf(Math.max(dim, tokens)));
    this.#keys = buffers.room(packedWeightBytes(headDim, tokens));
    this.#values = buffers.room(packedWeightBytes(tokens, headDim));
    this.#probabilities = buffers.room(4 * tokens ** 2);
    this.#scales = buffers.room(16 * tokens);
    this.#factors = buffers.room(4 * Math.max(tokens, headDim));
  }

  /** As `BinaryAttention.run`; what `dots` has at the end is by image and head. */
  run(products: PackedProducts, qkv: Offset, output: Offset, seen: Offset, dots: AttentionDots | null): number {
    const { images, tokens, dim, numHeads } = this.#shape;
    const size = 4 * tokens ** 2;
    this.#status = 0;
    for (let image = 0; image < images; image++) {
      this.#engine.transpose(qkv + 12 * image * tokens * dim, this.#parts, 1, tokens, 3, dim);
      const [query, key, value] = [products.query, products.key, products.value].map((input, part) => this.#operand(input, part)) as [Operand, Operand, Operand];
      for (let head = 0; head < numHeads; head++) {
        const at = 4 * head * dim / numHeads;
        this.#score(query, key, at, dots);
        if (seen !== 0) this.#engine.heap.float32(seen + (image * numHeads + head) * size, tokens ** 2).set(this.#engine.heap.float32(this.#probabilities, tokens ** 2));
        this.#weigh(products.probabilities, value, at, output + 4 * image * tokens * dim + at, dots);
      }
    }
    return this.#status;
  }

  #operand(input: PackedInput | null, part: number): Operand {
    const { tokens, dim } = this.#shape;
    const x = this.#parts + 4 * part * tokens * dim;
    if (input === null) return { x, input, shift: 0, rowScale: 0 };
    if (input.levels === 'signed') return { x, input, shift: this.#shift(input), rowScale: this.#rowScale(input, x, dim, part) };
    const rowScale = this.#packAbove(input, x, dim, part);
    // What stands in a row decides its threshold, in all heads at once; they then take −1 and 1.
    this.#engine.unpackLevels(this.#bits, 0, x, tokens, dim, 1, 1);
    return { x, input, shift: 0, rowScale };
  }

  /** Packs rows of `features` of levels 0 and 1; returns where their factors lie, 0 for none. */
  #packAbove(input: PackedInput, x: Offset, features: number, part: number): Offset {
    const { tokens } = this.#shape;
    const shift = this.#shift(input);
    const measured = input.scale === 'least-squares' ? this.#scales + 4 * part * tokens : 0;
    if (shift !== 0) this.#engine.add(x, shift, x, tokens * features, features);
    this.#status |= this.#engine.packAbove(x, this.#bits, measured, tokens, features, input.threshold, input.fraction);
    return measured === 0 ? this.#rowScale(input, x, features, part) : measured;
  }

  /** Where the factors of signs lie, 0 for none. */
  #rowScale(input: PackedInput, x: Offset, features: number, part: number): Offset {
    const { tokens } = this.#shape;
    if (typeof input.scale === 'object') return this.#tensors.at(input.scale.tokens);
    if (input.scale === 'none') return 0;
    const measured = this.#scales + 4 * part * tokens;
    this.#engine.meanMagnitudes(x, this.#shift(input), measured, tokens, features, features);
    return measured;
  }

  #shift({ shift }: PackedInput): Offset {
    return shift === null ? 0 : this.#tensors.at(shift);
  }

  /** Packs the signs of a head. */
  #packSigns({ x, shift }: Operand, at: Offset): void {
    const { tokens, dim, numHeads } = this.#shape;
    this.#status |= this.#engine.packSigns(x + at, shift === 0 ? 0 : shift + at, this.#bits, tokens, dim / numHeads, dim);
  }

  /** P of a head, its features `at` bytes behind the first. */
  #score(query: Operand, key: Operand, at: Offset, dots: AttentionDots | null): void {
    const { tokens, dim, numHeads } = this.#shape;
    const headDim = dim / numHeads;
    const engine = this.#engine;
    const p = this.#probabilities;
    const scale = 1 / Math.sqrt(headDim);
    if (query.input === null || key.input === null) {
      engine.gemm(0, 1, tokens, tokens, headDim, query.x + at, dim, key.x + at, dim, p, tokens, 0, 0, 1, 0, 0, 0);
      engine.scale(p, p, tokens ** 2, scale);
    } else {
      this.#packSigns(key, at);
      engine.packWeights(this.#bits, this.#keys, headDim, tokens);
      this.#packSigns(query, at);
      const factor = this.#tensors.factor(query.input.factor) * this.#tensors.factor(key.input.factor) * scale;
      const scales = key.rowScale === 0 ? null : engine.heap.float32(key.rowScale, tokens);
      const factors = engine.heap.float32(this.#factors, tokens);
      for (let token = 0; token < tokens; token++) factors[token] = factor * (scales?.[token] ?? 1);
      const product = this.#product(query.input, key.input, this.#keys, headDim, tokens);
      dots?.scores.push(dotProducts(engine, product));
      multiplyBits(engine, product, { alpha: this.#factors, rowScale: query.rowScale, y: p, stride: tokens });
    }
    engine.softmaxRows(p, p, tokens, tokens);
  }

  /** What P of a head takes of its values. */
  #weigh(probabilities: PackedInput | null, value: Operand, at: Offset, to: Offset, dots: AttentionDots | null): void {
    const { tokens, dim, numHeads } = this.#shape;
    const headDim = dim / numHeads;
    const engine = this.#engine;
    const p = this.#probabilities;
    const factor = this.#tensors.factor(probabilities?.factor ?? null) * this.#tensors.factor(value.input?.factor ?? null);
    const rowScale = probabilities === null ? 0 : this.#packProbabilities(probabilities);
    if (value.input === null) {
      if (probabilities !== null) this.#unpack(probabilities, rowScale, factor);
      engine.gemm(0, 0, tokens, headDim, tokens, p, tokens, value.x + at, dim, to, dim, 0, 0, 1, 0, 0, 0);
      return;
    }
    this.#status |= engine.packColumnSigns(value.x + at, value.shift === 0 ? 0 : value.shift + at, this.#values, tokens, headDim, dim);
    engine.heap.float32(this.#factors, headDim).fill(factor);
    if (probabilities !== null && value.rowScale === 0) {
      const product = this.#product(probabilities, value.input, this.#values, tokens, headDim);
      dots?.values.push(dotProducts(engine, product));
      multiplyBits(engine, product, { alpha: this.#factors, rowScale, y: to, stride: dim });
      return;
    }
    if (probabilities !== null) this.#unpack(probabilities, rowScale, 1);
    if (value.rowScale !== 0) engine.multiply(p, value.rowScale, p, tokens ** 2, tokens);
    // Without factors sums run as in training.
    const plain = probabilities === null && value.input.factor === null && value.rowScale === 0;
    engine.signGemm(p, this.#values, keptOf(value.input, this.#values), plain ? 0 : this.#factors, 0, to, tokens, tokens, headDim, tokens, dim);
  }

  /** Packs P of a head; returns where the factors of its rows lie, 0 for none. */
  #packProbabilities(input: PackedInput): Offset {
    const { tokens } = this.#shape;
    const p = this.#probabilities;
    if (input.levels === 'unsigned') return this.#packAbove(input, p, tokens, 3);
    this.#status |= this.#engine.packSigns(p, this.#shift(input), this.#bits, tokens, tokens, tokens);
    return this.#rowScale(input, p, tokens, 3);
  }

  /** P̂ as floats. */
  #unpack({ levels }: PackedInput, rowScale: Offset, factor: number): void {
    const { tokens } = this.#shape;
    this.#engine.unpackLevels(this.#bits, rowScale, this.#probabilities, tokens, tokens, factor, levels === 'signed' ? 1 : 0);
  }

  /** The rows in `bits` against packed columns. */
  #product(left: PackedInput, right: PackedInput, signs: Offset, inputs: number, outputs: number): BitProduct {
    return { x: this.#bits, isSigned: left.levels === 'signed', signs, kept: keptOf(right, signs), rows: this.#shape.tokens, inputs, outputs };
  }
}

/** Which weights are not 0, of levels of an operand: 0, for all, where they are −1 and 1. */
function keptOf({ levels }: PackedInput, signs: Offset): Offset {
  return levels === 'signed' ? 0 : signs;
}
