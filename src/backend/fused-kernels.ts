import * as tf from '@tensorflow/tfjs';
import { optimizerRowBytes, statusBits } from '../kernels/index.js';
import type { EngineBackend } from './engine-backend.js';

/**
 * Names of the kernels that the engine's backends add to tfjs. `src/ops` runs them where the active backend has them, and
 * says what each computes.
 */
export const fusedKernels = {
  dense: 'BinvitDense',
  denseGrad: 'BinvitDenseGrad',
  binaryDense: 'BinvitBinaryDense',
  binaryDenseGrad: 'BinvitBinaryDenseGrad',
  sign: 'BinvitSign',
  estimatorGrad: 'BinvitEstimatorGrad',
  layerNorm: 'BinvitLayerNorm',
  layerNormGrad: 'BinvitLayerNormGrad',
  attention: 'BinvitAttention',
  attentionGrad: 'BinvitAttentionGrad',
  gelu: 'BinvitGelu',
  geluGrad: 'BinvitGeluGrad',
  crossEntropy: 'BinvitCrossEntropy',
  crossEntropyGrad: 'BinvitCrossEntropyGrad',
  tokenMeanGrad: 'BinvitTokenMeanGrad',
  globalNorm: 'BinvitGlobalNorm',
  adamW: 'BinvitAdamW',
  sgd: 'BinvitSgd',
} as const;

export type FusedKernel = typeof fusedKernels[keyof typeof fusedKernels];

/** Thrown by a fused kernel that met a NaN or an infinity in front of a sign. */
export class NonFiniteOperand extends Error {
  override readonly name = 'NonFiniteOperand';

  constructor(readonly operand: 'input' | 'weight') {
    super(`the ${operand} of a sign holds a NaN or an infinity`);
  }
}

interface Call {
  inputs: Record<string, tf.TensorInfo>;
  backend: EngineBackend;
  attrs: Record<string, number>;
}

const size = tf.util.sizeFromShape;

function requireFinite(backend: EngineBackend, status: number, outputs: tf.TensorInfo[]): void {
  if (status === 0) return;
  for (const output of outputs) backend.disposeIntermediateTensorInfo(output);
  throw new NonFiniteOperand(status & statusBits.weightNotFinite ? 'weight' : 'input');
}

/** `[rows, in]` of a product whose leading axes are one batch, and `[in, out]` of its weight. */
function denseSizes(x: tf.TensorInfo, weight: tf.TensorInfo): [rows: number, inputs: number, outputs: number] {
  const [inputs, outputs] = weight.shape as [number, number];
  return [size(x.shape) / inputs, inputs, outputs];
}

/** Writes the optimizer's parameter table (`OptimizerRow` of native/binvit.h) and hands it to `run`. */
function optimize({ inputs, backend, attrs }: Call, slots: string[], run: (table: number, rows: number) => void): tf.TensorInfo[] {
  const rows = attrs.rows!;
  const outputs = Array.from({ length: rows }, (_, i) => backend.output(inputs[`parameter${i}`]!.shape));
  const offsets = outputs.map((output, i) => [
    backend.offset(inputs[`parameter${i}`]!), output.offset, backend.offset(inputs[`gradient${i}`]!),
    ...slots.map(slot => backend.offset(inputs[`${slot}${i}`]!)),
  ]);
  const table = backend.heap.allocate(rows * optimizerRowBytes);
  const columns = optimizerRowBytes / Float64Array.BYTES_PER_ELEMENT;
  const view = backend.heap.float64(table, rows * columns);
  outputs.forEach((output, i) => {
    view.set(offsets[i]!, i * columns);
    view.set([size(output.shape), attrs[`decay${i}`]!, attrs[`clip${i}`]!], i * columns + 5);
  });
  run(table, rows);
  backend.heap.free(table, rows * optimizerRowBytes);
  return outputs;
}

const kernels: Record<FusedKernel, (call: Call) => tf.TensorInfo | tf.TensorInfo[]> = {
  BinvitDense({ inputs: { x, weight, bias }, backend }) {
    const [rows, inputs, outputs] = denseSizes(x!, weight!);
    const [from, by, added] = [backend.offset(x!), backend.offset(weight!), bias === undefined ? 0 : backend.offset(bias)];
    const y = backend.output([...x!.shape.slice(0, -1), outputs]);
    backend.engine.gemm(0, 0, rows, outputs, inputs, from, inputs, by, outputs, y.offset, outputs, added, 0, 1, 0, 0, 0);
    return y;
  },

  BinvitDenseGrad({ inputs: { x, weight, dy }, backend, attrs }) {
    const [rows, inputs, outputs] = denseSizes(x!, weight!);
    const [from, by, gradient] = [backend.offset(x!), backend.offset(weight!), backend.offset(dy!)];
    const [dx, dw] = [backend.output(x!.shape), backend.output(weight!.shape)];
    const db = attrs.bias === 1 ? backend.output([outputs]) : undefined;
    backend.engine.denseBackward(from, by, gradient, dx.offset, dw.offset, db?.offset ?? 0, rows, inputs, outputs);
    return db === undefined ? [dx, dw] : [dx, dw, db];
  },

  // Also returns alpha ⊙ sign(W) with alpha as one more row, `[in + 1, out]`, for the backward pass.
  BinvitBinaryDense({ inputs: { x, weight, bias }, backend, attrs }) {
    const [rows, inputs, outputs] = denseSizes(x!, weight!);
    const [from, by, added] = [backend.offset(x!), backend.offset(weight!), bias === undefined ? 0 : backend.offset(bias)];
    const y = backend.output([...x!.shape.slice(0, -1), outputs]);
    const scaled = backend.output([inputs + 1, outputs]);
    const status = backend.engine.binaryDenseForward(
      from, by, added, y.offset, scaled.offset, scaled.offset + 4 * inputs * outputs, rows, inputs, outputs,
      attrs.inputBinary!, attrs.scale!);
    requireFinite(backend, status, [y, scaled]);
    return [y, scaled];
  },

  BinvitBinaryDenseGrad({ inputs: { x, weight, scaled, dy }, backend, attrs }) {
    const [rows, inputs, outputs] = denseSizes(x!, weight!);
    const [from, by, gradient] = [backend.offset(x!), backend.offset(weight!), backend.offset(dy!)];
    const effective = backend.offset(scaled!);
    const [dx, dw] = [backend.output(x!.shape), backend.output(weight!.shape)];
    const db = attrs.bias === 1 ? backend.output([outputs]) : undefined;
    backend.engine.binaryDenseBackward(
      from, by, effective, effective + 4 * inputs * outputs, gradient, dx.offset, dw.offset, db?.offset ?? 0, rows, inputs, outputs,
      attrs.inputBinary!, attrs.inputEstimator!, attrs.inputParameter0!, attrs.inputParameter1!,
      attrs.weightEstimator!, attrs.weightParameter0!, attrs.weightParameter1!, attrs.scale!, attrs.scaleExact!);
    return db === undefined ? [dx, dw] : [dx, dw, db];
  },

  BinvitSign({ inputs: { x }, backend }) {
    const from = backend.offset(x!);
    const y = backend.output(x!.shape);
    requireFinite(backend, backend.engine.signForward(from, y.offset, size(x!.shape)), [y]);
    return y;
  },

  BinvitEstimatorGrad({ inputs: { x, dy }, backend, attrs }) {
    const [from, gradient] = [backend.offset(x!), backend.offset(dy!)];
    const dx = backend.output(x!.shape);
    backend.engine.estimatorBackward(from, gradient, dx.offset, size(x!.shape), attrs.estimator!, attrs.parameter0!, attrs.parameter1!);
    return dx;
  },

  // Also returns the rows' means and reciprocal standard deviations, `[2, rows]`, for the backward pass.
  BinvitLayerNorm({ inputs: { x, gamma, beta }, backend, attrs }) {
    const dim = gamma!.shape[0]!;
    const rows = size(x!.shape) / dim;
    const [from, by, added] = [backend.offset(x!), backend.offset(gamma!), backend.offset(beta!)];
    const [y, moments] = [backend.output(x!.shape), backend.output([2, rows])];
    backend.engine.layerNormForward(
      from, by, added, y.offset, moments.offset, moments.offset + 4 * rows, rows, dim, attrs.epsilon!);
    return [y, moments];
  },

  BinvitLayerNormGrad({ inputs: { x, gamma, moments, dy }, backend }) {
    const dim = gamma!.shape[0]!;
    const rows = size(x!.shape) / dim;
    const [from, by, gradient] = [backend.offset(x!), backend.offset(gamma!), backend.offset(dy!)];
    const mean = backend.offset(moments!);
    const [dx, dgamma, dbeta] = [backend.output(x!.shape), backend.output([dim]), backend.output([dim])];
    backend.engine.layerNormBackward(
      from, by, mean, mean + 4 * rows, gradient, dx.offset, dgamma.offset, dbeta.offset, rows, dim);
    return [dx, dgamma, dbeta];
  },

  BinvitAttention({ inputs: { qkv }, backend, attrs }) {
    const [batch, tokens, width] = qkv!.shape as [number, number, number];
    const heads = attrs.heads!;
    const from = backend.offset(qkv!);
    const output = backend.output([batch, tokens, width / 3]);
    const probabilities = backend.output([batch, heads, tokens, tokens]);
    backend.engine.attentionForward(from, probabilities.offset, output.offset, batch, tokens, heads, width / 3 / heads);
    return [output, probabilities];
  },

  BinvitAttentionGrad({ inputs: { qkv, probabilities, dy }, backend, attrs }) {
    const [batch, tokens, width] = qkv!.shape as [number, number, number];
    const heads = attrs.heads!;
    const [from, by, gradient] = [backend.offset(qkv!), backend.offset(probabilities!), backend.offset(dy!)];
    const dqkv = backend.output(qkv!.shape);
    backend.engine.attentionBackward(from, by, gradient, dqkv.offset, batch, tokens, heads, width / 3 / heads);
    return dqkv;
  },

  BinvitGelu({ inputs: { x }, backend }) {
    const from = backend.offset(x!);
    const y = backend.output(x!.shape);
    backend.engine.geluForward(from, y.offset, size(x!.shape));
    return y;
  },

  BinvitGeluGrad({ inputs: { x, dy }, backend }) {
    const [from, gradient] = [backend.offset(x!), backend.offset(dy!)];
    const dx = backend.output(x!.shape);
    backend.engine.geluBackward(from, gradient, dx.offset, size(x!.shape));
    return dx;
  },

  BinvitCrossEntropy({ inputs: { logits, labels }, backend, attrs }) {
    const [rows, classes] = logits!.shape as [number, number];
    const [from, targets] = [backend.offset(logits!), backend.offset(labels!, 'int32')];
    const [loss, probabilities] = [backend.output([]), backend.output([rows, classes])];
    const value = backend.engine.crossEntropyForward(from, targets, probabilities.offset, rows, classes, attrs.smoothing!);
    backend.heap.float32(loss.offset, 1)[0] = value;
    return [loss, probabilities];
  },

  BinvitCrossEntropyGrad({ inputs: { probabilities, labels, dy }, backend, attrs }) {
    const [rows, classes] = probabilities!.shape as [number, number];
    const [from, targets, gradient] = [backend.offset(probabilities!), backend.offset(labels!, 'int32'), backend.offset(dy!)];
    const dlogits = backend.output([rows, classes]);
    const dloss = backend.heap.float32(gradient, 1)[0]!;
    backend.engine.crossEntropyBackward(from, targets, dlogits.offset, rows, classes, attrs.smoothing!, dloss);
    return dlogits;
  },

  BinvitTokenMeanGrad({ inputs: { dy }, backend, attrs }) {
    const [batch, dim] = dy!.shape as [number, number];
    const tokens = attrs.tokens!;
    const gradient = backend.offset(dy!);
    const dx = backend.output([batch, tokens, dim]);
    backend.engine.broadcastAxis(gradient, dx.offset, batch, tokens, dim, 1 / tokens);
    return dx;
  },

  BinvitGlobalNorm({ inputs, backend, attrs }) {
    let sum = 0;
    for (let i = 0; i < attrs.rows!; i++) {
      const gradient = inputs[`gradient${i}`]!;
      sum += backend.engine.sumOfSquares(backend.offset(gradient), size(gradient.shape));
    }
    const norm = backend.output([]);
    backend.heap.float32(norm.offset, 1)[0] = Math.sqrt(sum);
    return norm;
  },

  BinvitAdamW: call => optimize(call, ['momentum', 'variance'], (table, rows) => {
    const { learningRate, beta1, beta2, epsilon, step, gradientScale } = call.attrs;
    call.backend.engine.adamW(
      table, rows, learningRate!, beta1!, beta2!, epsilon!, 1 - beta1! ** step!, 1 - beta2! ** step!, gradientScale!);
  }),

  BinvitSgd: call => optimize(call, ['momentum'], (table, rows) => {
    const { learningRate, momentum, gradientScale } = call.attrs;
    call.backend.engine.sgd(table, rows, learningRate!, momentum!, gradientScale!);
  }),
};

/** Adds the fused kernels to the tfjs backend `backendName`, an {@link EngineBackend}. */
export function registerFusedKernels(backendName: string): void {
  for (const [kernelName, run] of Object.entries(kernels)) {
    tf.registerKernel({ kernelName, backendName, kernelFunc: call => run(call as unknown as Call) });
  }
}
