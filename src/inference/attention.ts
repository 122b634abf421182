import { packedWeightBytes, wordsOf, type EngineLibrary, type Offset } from '../kernels/browser.js';
import type { EngineTensors } from './engine-tensors.js';
import type { PackedInput, PackedProducts } from './program.js';

/** Sizes of the attention of a model. */
export interface AttentionShape {
  readonly tokens: number;
  readonly dim: number;
  readonly numHeads: number;
}

/** The products of attention with binary operands, one image after the other: P = softmax(s Q̂ K̂ᵀ), output v P̂ V̂. */
export class BinaryAttention {
  readonly #engine: EngineLibrary;
  readonly #tensors: EngineTensors;
  readonly #shape: AttentionShape;
  readonly #queryBits: Offset;
  readonly #keyBits: Offset;
  readonly #keys: Offset;
  readonly #values: Offset;
  readonly #scores: Offset;
  readonly #probabilityBits: Offset;
  readonly #factors: Offset;
  readonly #queryScale: Offset;
  readonly #keyScale: Offset;
  readonly #probabilityScale: Offset;

  /**
   * @param tensors of the model
   * @param buffers where its own room is taken
   */
  constructor(engine: EngineLibrary, tensors: EngineTensors, buffers: EngineTensors, shape: AttentionShape) {
    this.#engine = engine;
    this.#tensors = tensors;
    this.#shape = shape;
    const { tokens, dim, numHeads } = shape;
    const headDim = dim / numHeads;
    this.#queryBits = buffers.room(4 * tokens * wordsOf(headDim));
    this.#keyBits = buffers.room(4 * tokens * wordsOf(headDim));
    this.#keys = buffers.room(packedWeightBytes(headDim, tokens));
    this.#values = buffers.room(packedWeightBytes(tokens, headDim));
    this.#scores = buffers.room(4 * tokens * tokens);
    this.#probabilityBits = buffers.room(4 * tokens * wordsOf(tokens));
    this.#factors = buffers.room(4 * Math.max(tokens, headDim));
    this.#queryScale = buffers.room(4 * tokens);
    this.#keyScale = buffers.room(4 * tokens);
    this.#probabilityScale = buffers.room(4 * tokens);
  }

  /**
   * @param qkv `[tokens, 3 dim]` of one image
   * @param output `[tokens, dim]`
   * @param seen where the softmax goes too, `[heads, tokens, tokens]`; 0 for nowhere
   * @returns status bits of the operands
   */
  run(products: PackedProducts, qkv: Offset, output: Offset, seen: Offset): number {
    const { query, key, probabilities, value } = products;
    const engine = this.#engine;
    const { tokens, dim, numHeads } = this.#shape;
    const headDim = dim / numHeads;
    const stride = 3 * dim;
    const factor = (input: PackedInput): number => this.#tensors.factor(input.factor);
    const scoreScale = factor(query) * factor(key) / Math.sqrt(headDim);
    const valueScale = factor(probabilities) * factor(value);
    const queryScale = this.#rowScale(query, qkv, this.#queryScale);
    const keyScale = this.#rowScale(key, qkv + 4 * dim, this.#keyScale);
    const probabilityScale = probabilities.scale === 'least-squares' ? this.#probabilityScale : 0;
    let status = 0;
    for (let head = 0; head < numHeads; head++) {
      const at = 4 * head * headDim;
      const shift = (input: PackedInput): Offset => input.shift === null ? 0 : this.#tensors.at(input.shift) + at;
      status |= engine.packSigns(qkv + at, shift(query), this.#queryBits, tokens, headDim, stride);
      status |= engine.packSigns(qkv + 4 * dim + at, shift(key), this.#keyBits, tokens, headDim, stride);
      engine.packWeights(this.#keyBits, this.#keys, headDim, tokens);
      this.#setFactors(tokens, scoreScale, keyScale);
      engine.packedGemm(this.#queryBits, this.#keys, this.#factors, 0, queryScale, this.#scores, tokens, headDim, tokens, tokens);
      engine.softmaxRows(this.#scores, this.#scores, tokens, tokens);
      if (seen !== 0) this.#copyScores(seen + 4 * head * tokens * tokens);
      status |= engine.packAbove(
        this.#scores, this.#probabilityBits, probabilityScale, tokens, tokens, probabilities.threshold, probabilities.fraction);
      status |= engine.packColumnSigns(qkv + 8 * dim + at, shift(value), this.#values, tokens, headDim, stride);
      this.#setFactors(headDim, valueScale, 0);
      engine.packedAndGemm(this.#probabilityBits, this.#values, this.#factors, 0, probabilityScale, output + at, tokens, tokens, headDim, dim);
    }
    return status;
  }

  /** A scale per token is over all features of the token, whatever its head. */
  #rowScale(input: PackedInput, x: Offset, to: Offset): Offset {
    if (input.scale !== 'least-squares') return 0;
    const { tokens, dim } = this.#shape;
    const shift = input.shift === null ? 0 : this.#tensors.at(input.shift);
    this.#engine.meanMagnitudes(x, shift, to, tokens, dim, 3 * dim);
    return to;
  }

  #copyScores(to: Offset): void {
    const { heap } = this.#engine;
    const count = this.#shape.tokens ** 2;
    heap.float32(to, count).set(heap.float32(this.#scores, count));
  }

  #setFactors(count: number, factor: number, perItem: Offset): void {
    const { heap } = this.#engine;
    const factors = heap.float32(this.#factors, count);
    if (perItem === 0) factors.fill(factor);
    else heap.float32(perItem, count).forEach((value, i) => { factors[i] = factor * value; });
  }
}
