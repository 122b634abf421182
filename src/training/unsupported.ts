import * as tf from '@tensorflow/tfjs';
import { Random } from '../backend/index.js';
import { vitLayersOf } from '../models/index.js';
import { lossAndGradients } from '../ops/index.js';

/** The active backend lacks a kernel, or tfjs a gradient, that training a layer needs. */
export class UnsupportedLayerError extends Error {
  override readonly name = 'UnsupportedLayerError';

  /**
   * @param layer `blocks.0`, or 'the loss' when every layer alone can be trained
   * @param pass which half of the training step cannot be computed
   * @param backend tfjs name of the backend
   */
  constructor(readonly layer: string, readonly pass: 'forward' | 'backward', readonly backend: string, cause: Error) {
    super(`${layer}: the backend "${backend}" cannot compute its ${pass} pass (${cause.message.trim()}); choose another backend`, { cause });
  }
}

const isLack = (error: unknown): error is Error =>
  error instanceof Error && /^Kernel '.*' not registered for backend|^Cannot compute gradient: gradient function not found/.test(error.message);

/**
 * The error of a training step, with the layer it came from where tfjs only names an operation: layer after layer is run alone,
 * forward and backward. Slow; for a run that has ended anyway.
 *
 * @param images the batch at which it happened, `[batch, height, width, channels]`
 */
export function withLayer(error: unknown, model: tf.LayersModel, images: tf.Tensor4D): unknown {
  if (!isLack(error)) return error;
  let at = '';
  let pass: UnsupportedLayerError['pass'] = 'backward';
  const inputs: tf.Variable[] = [];
  tf.engine().startScope();
  try {
    let x: tf.Tensor = images;
    for (const layer of vitLayersOf(model)) {
      [at, pass] = [layer.name, 'forward'];
      const context = { training: true, random: Random.seeded(0) };
      const output = layer.forward(x, context);
      pass = 'backward';
      const input = tf.variable(x, false);
      inputs.push(input);
      const variables = layer.parameters.filter(({ trainable }) => trainable).map(({ variable }) => variable);
      lossAndGradients(() => tf.sum(layer.forward(input, context)), x === images ? variables : [input, ...variables]);
      x = output;
    }
    return new UnsupportedLayerError('the loss', 'backward', tf.getBackend(), error);
  } catch (cause) {
    return isLack(cause) ? new UnsupportedLayerError(at, pass, tf.getBackend(), cause) : cause;
  } finally {
    tf.engine().endScope();
    tf.dispose(inputs);
  }
}
