import * as tf from '@tensorflow/tfjs';
import type { InputBinarizer } from '../layers/index.js';
import { binaryLayers, inputBinarizers, vitDefinition } from '../models/index.js';

/**
 * The integers that a model's binary products are made of: its own levels of activations times its own levels of weights. Their sums are
 * below 2^24, which float32 holds, so that every tfjs backend adds them exactly, in any order.
 */
export class OriginalIntegers {
  readonly #numHeads: number;
  readonly #inputs: ReadonlyMap<string, InputBinarizer>;
  /** `[inputs, outputs]`, by the name of the layer or its part. */
  readonly #weights: ReadonlyMap<string, tf.Tensor2D>;

  constructor(model: tf.LayersModel) {
    this.#numHeads = vitDefinition(model).config.numHeads;
    this.#inputs = new Map(inputBinarizers(model).map(binarizer => [binarizer.name, binarizer]));
    this.#weights = new Map(binaryLayers(model).map(layer => [layer.name, layer.binary()]));
  }

  /**
   * Products of a dense layer, or a part of it.
   *
   * @param x `[rows, inputs]`, as the layer takes it
   * @returns `[rows, outputs]`
   */
  dense(name: string, x: Float32Array): Float32Array {
    return valuesOf(() => {
      const weight = this.#weights.get(name)!;
      const [inputs] = weight.shape;
      return tf.matMul(this.#levels(`${name}.input`, tf.tensor2d(x, [x.length / inputs, inputs])), weight);
    });
  }

  /**
   * Q Kᵀ of the attention of an image.
   *
   * @param attention `blocks.0.attn`
   * @param qkv `[tokens, 3 dim]`
   * @returns `[heads, tokens, tokens]`
   */
  scores(attention: string, qkv: Float32Array, tokens: number): Float32Array {
    return valuesOf(() => {
      const [query, key] = tf.split(tf.tensor2d(qkv, [tokens, qkv.length / tokens]), 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
      return tf.matMul(this.#heads(`${attention}.query`, query), this.#heads(`${attention}.key`, key), false, true);
    });
  }

  /**
   * P V of the attention of an image.
   *
   * @param probabilities `[heads, tokens, tokens]`, the softmax
   * @returns `[heads, tokens, headDim]`
   */
  values(attention: string, qkv: Float32Array, probabilities: Float32Array, tokens: number): Float32Array {
    return valuesOf(() => {
      const value = tf.split(tf.tensor2d(qkv, [tokens, qkv.length / tokens]), 3, 1)[2]!;
      const chances = tf.tensor3d(probabilities, [this.#numHeads, tokens, tokens]);
      return tf.matMul(this.#levels(`${attention}.probabilities`, chances), this.#heads(`${attention}.value`, value));
    });
  }

  dispose(): void {
    tf.dispose([...this.#weights.values()]);
  }

  #levels(binarizer: string, x: tf.Tensor): tf.Tensor {
    return this.#inputs.get(binarizer)!.levels(x);
  }

  /** Binarized as a whole, then by head: `[heads, tokens, headDim]`. */
  #heads(binarizer: string, x: tf.Tensor): tf.Tensor {
    const [tokens, dim] = x.shape as [number, number];
    return tf.transpose(tf.reshape(this.#levels(binarizer, x), [tokens, this.#numHeads, dim / this.#numHeads]), [1, 0, 2]);
  }
}

/** The values of a tensor that is made for them alone. */
export function valuesOf(compute: () => tf.Tensor): Float32Array {
  // Read behind the tidy, which would look for tensors among the numbers.
  const tensor = tf.tidy(compute);
  const values = Float32Array.from(tensor.dataSync());
  tensor.dispose();
  return values;
}
