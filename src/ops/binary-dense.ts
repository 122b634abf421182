import * as tf from '@tensorflow/tfjs';
import { fusedKernels } from '../backend/index.js';
import { scaleCodes } from '../kernels/index.js';
import { binarySign, referenceBinarySign } from './binary-sign.js';
import { assertDenseShapes, referenceDense } from './dense.js';
import { estimatorCode, type SignEstimator } from './estimator.js';
import { differentiable, hasFused, runFused } from './fused.js';
import { finiteOr } from './non-finite.js';

export interface BinaryDenseOptions {
  /** Estimator of the input's sign; null leaves the input float (W1A32). */
  readonly input: SignEstimator | null;
  /** Estimator of the weight's sign. */
  readonly weight: SignEstimator;
  /** Scaling factor: none, or mean |W| of the whole tensor or of each output channel. */
  readonly scale: 'none' | 'tensor' | 'channel';
  /** Whether the gradient also flows through the scaling factor (`exact`) or stops there (`detached`). */
  readonly scaleGradient: 'exact' | 'detached';
}

/**
 * Binary dense layer with scaling factors (XNOR-Net, arXiv 1603.05279, in its dense form):
 * y = x̂ (alpha ⊙ sign(W)) + b, where x̂ is sign(x) or x, and alpha = mean |W| or 1.
 *
 * Gradients, with Ŵ = alpha ⊙ sign(W), G = x̂ᵀ dy, and f the estimators' derivatives:
 * dx = (dy Ŵᵀ) ⊙ f(x); dW = alpha ⊙ G ⊙ f(W), and with `exact` plus sign(W)/n · Σ G ⊙ sign(W) over the n weights that share
 * the scaling factor.
 *
 * @param x `[..., in]`
 * @param latent latent weight W, `[in, out]`
 * @param bias `[out]` or null
 * @param label where this stands, for errors: `blocks.2.mlp.fc1`
 * @returns `[..., out]`
 * @throws NonFiniteError when an operand of a sign holds a NaN or an infinity
 * @throws RangeError when the shapes do not fit
 */
export function binaryDense(
  x: tf.Tensor, latent: tf.Tensor, bias: tf.Tensor | null, options: BinaryDenseOptions, label: string,
): tf.Tensor {
  assertDenseShapes(x, latent, bias);
  if (!hasFused(fusedKernels.binaryDense)) return referenceBinaryDense(x, latent, bias, options, label);
  const inputBinary = options.input === null ? 0 : 1;
  const inputCode = estimatorCode(options.input ?? { name: 'identity' });
  const weightCode = estimatorCode(options.weight);
  const scale = scaleCodes[options.scale];
  return differentiable(
    bias === null ? [x, latent] : [x, latent, bias],
    () => {
      const inputs = bias === null ? { x, weight: latent } : { x, weight: latent, bias };
      const [value, scaled] = finiteOr(
        { input: { values: x, label: `${label} input` }, weight: { values: latent, label: `${label} weight` } },
        () => runFused(fusedKernels.binaryDense, inputs, { inputBinary, scale }));
      return { value: value!, saved: [x, latent, scaled!] };
    },
    (dy, [savedX, weight, scaled]) => runFused(
      fusedKernels.binaryDenseGrad,
      { x: savedX!, weight: weight!, scaled: scaled!, dy },
      {
        bias: bias === null ? 0 : 1, inputBinary, scale, scaleExact: options.scaleGradient === 'exact' ? 1 : 0,
        inputEstimator: inputCode.code, inputParameter0: inputCode.parameter0, inputParameter1: inputCode.parameter1,
        weightEstimator: weightCode.code, weightParameter0: weightCode.parameter0, weightParameter1: weightCode.parameter1,
      }));
}

/** {@link binaryDense} as a composition of tfjs operations. */
export function referenceBinaryDense(
  x: tf.Tensor, latent: tf.Tensor, bias: tf.Tensor | null, options: BinaryDenseOptions, label: string,
): tf.Tensor {
  return tf.tidy(() => {
    const input = options.input === null ? x : referenceBinarySign(x, options.input, `${label} input`);
    const binary = referenceBinarySign(latent, options.weight, `${label} weight`);
    if (options.scale === 'none') return referenceDense(input, binary, bias);
    const alpha = meanAbs(latent, options.scale);
    // Scaled after the product, so that sums of ±1 are exact integers on every backend and a zero stays a zero.
    const product = referenceDense(input, binary, null).mul(options.scaleGradient === 'exact' ? alpha : detached(alpha));
    return bias === null ? product : product.add(bias);
  });
}

/** mean |W| of the tensor, `[]`, or of each output channel, `[out]`; its gradient takes sign(0) = +1. */
function meanAbs(latent: tf.Tensor, block: 'tensor' | 'channel'): tf.Tensor {
  const magnitude = tf.mul(latent, detached(binarySign(latent, { name: 'identity' }, 'weight')));
  return block === 'tensor' ? tf.mean(magnitude) : tf.mean(magnitude, 0);
}

/** The tensor without its gradient. */
function detached(x: tf.Tensor): tf.Tensor {
  return differentiable([x], () => ({ value: x.clone(), saved: [] }), dy => [tf.zerosLike(dy)]);
}
