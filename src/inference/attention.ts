import { packedWeightBytes, type EngineLibrary, type Offset } from '../kernels/browser.js';
import { AttentionByHead, type AttentionDots, type AttentionShape } from './attention-by-head.js';
import type { EngineTensors } from './engine-tensors.js';
import type { PackedInput, PackedProducts } from './program.js';

/** Operands as the kernel of all heads takes them: signs of Q, K and V, P of levels 0 and 1. */
interface FusedProducts {
  readonly query: PackedInput;
  readonly key: PackedInput;
  readonly probabilities: PackedInput;
  readonly value: PackedInput;
}

function isFused(products: PackedProducts): products is FusedProducts {
  const { query, key, probabilities, value } = products;
  return [query, key, value].every(operand => operand?.levels === 'signed')
    && probabilities?.levels === 'unsigned' && probabilities.shift === null && typeof probabilities.scale === 'string';
}

/** The products of attention with binary operands: P = softmax(s Q̂ K̂ᵀ), output v P̂ V̂. */
export class BinaryAttention {
  readonly #engine: EngineLibrary;
  readonly #tensors: EngineTensors;
  readonly #shape: AttentionShape;
  readonly #keys: Offset;
  readonly #values: Offset;
  readonly #queryScale: Offset;
  readonly #keyScale: Offset;
  readonly #valueScale: Offset;
  readonly #buffers: EngineTensors;
  #byHead: AttentionByHead | null = null;

  /**
   * @param tensors of the model
   * @param buffers where its own room is taken
   */
  constructor(engine: EngineLibrary, tensors: EngineTensors, buffers: EngineTensors, shape: AttentionShape) {
    this.#engine = engine;
    this.#tensors = tensors;
    this.#shape = shape;
    this.#buffers = buffers;
    const { images, tokens, dim, numHeads } = shape;
    const headDim = dim / numHeads;
    this.#keys = buffers.room(images * numHeads * packedWeightBytes(headDim, tokens));
    this.#values = buffers.room(images * numHeads * packedWeightBytes(tokens, headDim));
    this.#queryScale = buffers.room(4 * images * tokens);
    this.#keyScale = buffers.room(4 * images * tokens);
    this.#valueScale = buffers.room(4 * images * tokens);
  }

  /**
   * @param qkv `[images, tokens, 3 dim]`
   * @param output `[images, tokens, dim]`
   * @param seen where the softmax goes too, `[images, heads, tokens, tokens]`; 0 for nowhere
   * @param dots who asks for the integers of the products has them made head by head, which gives the same bits
   * @returns status bits of the operands
   */
  run(products: PackedProducts, qkv: Offset, output: Offset, seen: Offset, dots: AttentionDots | null): number {
    if (dots === null && isFused(products)) return this.#runFused(products, qkv, output, seen);
    this.#byHead ??= new AttentionByHead(this.#engine, this.#tensors, this.#buffers, this.#shape);
    return this.#byHead.run(products, qkv, output, seen, dots);
  }

  #runFused({ query, key, probabilities, value }: FusedProducts, qkv: Offset, output: Offset, seen: Offset): number {
    const { images, tokens, dim, numHeads } = this.#shape;
    const headDim = dim / numHeads;
    const factor = (input: PackedInput): number => this.#tensors.factor(input.factor);
    const queryScale = this.#rowScale(query, qkv, this.#queryScale);
    const keyScale = this.#rowScale(key, qkv + 4 * dim, this.#keyScale);
    const valueScale = this.#rowScale(value, qkv + 8 * dim, this.#valueScale);
    return this.#engine.packedAttention(
      qkv, this.#shift(query), this.#shift(key), this.#shift(value), queryScale, keyScale, valueScale, this.#keys, this.#values, output, seen,
      images, tokens, numHeads, headDim, factor(query) * factor(key) / Math.sqrt(headDim), factor(probabilities) * factor(value),
      probabilities.scale === 'least-squares' ? 1 : 0, probabilities.threshold, probabilities.fraction);
  }

  #shift({ shift }: PackedInput): Offset {
    return shift === null ? 0 : this.#tensors.at(shift);
  }

  /** A scale per token is over all features of the token, whatever its head. */
  #rowScale(input: PackedInput, x: Offset, to: Offset): Offset {
    if (input.scale === 'none') return 0;
    const { images, tokens, dim } = this.#shape;
    if (input.scale === 'least-squares') this.#engine.meanMagnitudes(x, this.#shift(input), to, images * tokens, dim, 3 * dim);
    else this.#engine.broadcastAxis(this.#tensors.at(input.scale.tokens), to, 1, images, tokens, 1);
    return to;
  }
}
