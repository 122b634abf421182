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

/** Q, K or V of an image, `[tokens, dim]`: floats, or −1 and 1 for its bits. */
interface Operand {
  readonly x: Offset;
  readonly input: PackedInput | null;
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
    if (input === null) return { x, input, rowScale: 0 };
    const rowScale = this.#binarize(input, x, dim, part);
    this.#engine.unpackLevels(this.#bits, 0, x, tokens, dim, 1, 1);
    return { x, input, rowScale };
  }

  /** Packs rows of `features`; returns where their factors lie, 0 for none. */
  #binarize({ levels, shift, scale, threshold, fraction }: PackedInput, x: Offset, features: number, part: number): Offset {
    const { tokens } = this.#shape;
    const engine = this.#engine;
    const moved = shift === null ? 0 : this.#tensors.at(shift);
    const measured = scale === 'least-squares' ? this.#scales + 4 * part * tokens : 0;
    if (levels === 'unsigned') {
      if (moved !== 0) engine.add(x, moved, x, tokens * features, features);
      this.#status |= engine.packAbove(x, this.#bits, measured, tokens, features, threshold, fraction);
    } else {
      this.#status |= engine.packSigns(x, moved, this.#bits, tokens, features, features);
      if (measured !== 0) engine.meanMagnitudes(x, moved, measured, tokens, features, features);
    }
    return typeof scale === 'object' ? this.#tensors.at(scale.tokens) : measured;
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
      engine.packSigns(key.x + at, 0, this.#bits, tokens, headDim, dim);
      engine.packWeights(this.#bits, this.#keys, headDim, tokens);
      engine.packSigns(query.x + at, 0, this.#bits, tokens, headDim, dim);
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
    const rowScale = probabilities === null ? 0 : this.#binarize(probabilities, p, tokens, 3);
    if (value.input === null) {
      if (probabilities !== null) this.#unpack(probabilities, rowScale, factor);
      engine.gemm(0, 0, tokens, headDim, tokens, p, tokens, value.x + at, dim, to, dim, 0, 0, 1, 0, 0, 0);
      return;
    }
    engine.packColumnSigns(value.x + at, 0, this.#values, tokens, headDim, dim);
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
