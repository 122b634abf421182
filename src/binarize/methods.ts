import { JsonReader } from './json-reader.js';
import type { InputBinarizerSpec, WeightBinarizerSpec, WeightScaleSpec } from './spec.js';

/** Named methods, as `parseMethodName` accepts them. */
export const methodNames = [
  'binaryconnect', 'binaryconnect-stochastic', 'bnn', 'bwn', 'xnor-net', 'xnor-net-k', 'xnor-net-centred', 'dorefa',
  'xnor-net-plus-plus', 'bi-real', 'ir-net', 'recu', 'react', 'bit', 'binaryvit', 'twn', 'b1.58',
] as const;

export type MethodName = (typeof methodNames)[number];

/** A published way to binarize a linear layer: a pair of binarizers and what belongs to them. */
export interface Method {
  readonly name: MethodName;
  readonly weight: WeightBinarizerSpec;
  /** Binarizer of the layer's input; null keeps the input float (W1A32). */
  readonly input: InputBinarizerSpec | null;
  /**
   * Binarizers of the operands of attention's two products, used by plans with `attentionProducts`: `operands` for Q, K
   * and V, `probabilities` for the softmax's output. Null where inputs stay float.
   */
  readonly attention: { readonly operands: InputBinarizerSpec; readonly probabilities: InputBinarizerSpec } | null;
  /** Activation between fc1 and fc2. */
  readonly activation: 'gelu' | 'rprelu';
  /** Latent weights are clipped to [−c, c] after each step; null leaves them free. */
  readonly latentClip: number | null;
  /** Whether the weights have a scaling factor. */
  readonly scaled: boolean;
  readonly weightBits: 1 | 1.58;
  readonly inputBits: 1 | 32;
  /** Paper, and where this package chose. */
  readonly source: string;
}

const signClipped: InputBinarizerSpec = {
  levels: 'signed', estimator: { name: 'clipped' }, scale: { name: 'none' }, threshold: { name: 'fixed' },
};
const signApprox: InputBinarizerSpec = { ...signClipped, estimator: { name: 'approx-sign' } };
const rsign: InputBinarizerSpec = { ...signApprox, threshold: { name: 'learned' } };

/**
 * Softmax-aware binarization of attention probabilities (BiViT, arXiv 2211.07091, section 3.2). From the paper: levels
 * {0, 1}, the threshold 0.25 times the row's maximum, no factor, and the gradient passed straight through to the
 * probabilities. Our choice: it serves every method whose own paper has no binarizer for attention probabilities.
 */
const softmaxAware: InputBinarizerSpec = {
  levels: 'unsigned', estimator: { name: 'identity' }, scale: { name: 'none' }, threshold: { name: 'row-max', fraction: 0.25 },
};
/** With the paper's optimal factor per row (eq. 8), which its authors drop to save operations; for methods with factors. */
const softmaxAwareScaled: InputBinarizerSpec = { ...softmaxAware, scale: { name: 'mean-abs', gradient: 'detached' } };

const elasticSigned: InputBinarizerSpec = {
  levels: 'signed',
  estimator: { name: 'clipped' },
  scale: { name: 'elastic', initial: 'first-batch', gradientScale: 'numel' },
  threshold: { name: 'learned' },
};
const elasticUnsigned: InputBinarizerSpec = { ...elasticSigned, levels: 'unsigned', threshold: { name: 'fixed' } };

const ede = { name: 'ede', tMin: 0.1, tMax: 10 } as const;
const channelMean: WeightScaleSpec = { name: 'mean-abs', per: 'channel', of: 'signed', gradient: 'exact' };
const latentChannelMean: WeightScaleSpec = { name: 'mean-abs', per: 'channel', of: 'latent', gradient: 'straight-through' };

const plainSign: WeightBinarizerSpec = { estimator: { name: 'clipped' }, scale: { name: 'none' }, threshold: { name: 'zero' } };
const scaledSign: WeightBinarizerSpec = { ...plainSign, scale: channelMean };

const weightOnly = { input: null, attention: null, activation: 'gelu', weightBits: 1, inputBits: 32 } as const;
const bothBinary = { activation: 'gelu', weightBits: 1, inputBits: 1 } as const;

/** Every named method. A latent clip of 1 where the paper asks for it, and by our choice for `bwn`, `xnor-net` and kin. */
export const methods: Readonly<Record<MethodName, Method>> = {
  binaryconnect: {
    ...weightOnly, name: 'binaryconnect', weight: plainSign, latentClip: 1, scaled: false,
    source: 'BinaryConnect, Courbariaux et al. 2015, arXiv 1511.00363, deterministic',
  },
  'binaryconnect-stochastic': {
    ...weightOnly, name: 'binaryconnect-stochastic', weight: { ...plainSign, threshold: { name: 'stochastic' } }, latentClip: 1, scaled: false,
    source: 'BinaryConnect, arXiv 1511.00363, stochastic; evaluation with sign(W) is our choice',
  },
  bnn: {
    ...bothBinary, name: 'bnn', weight: plainSign, input: signClipped, latentClip: 1, scaled: false,
    attention: { operands: signClipped, probabilities: softmaxAware },
    source: 'Binarized Neural Networks, Courbariaux et al. 2016, arXiv 1602.02830',
  },
  bwn: {
    ...weightOnly, name: 'bwn', weight: scaledSign, latentClip: 1, scaled: true,
    source: 'Binary-Weight-Networks, Rastegari et al. 2016, arXiv 1603.05279; latent clip by our choice',
  },
  'xnor-net': {
    ...bothBinary, name: 'xnor-net', weight: scaledSign, input: signClipped, latentClip: 1, scaled: true,
    attention: { operands: signClipped, probabilities: softmaxAwareScaled },
    source: 'XNOR-Net, arXiv 1603.05279, without the input scale K; latent clip by our choice',
  },
  'xnor-net-k': {
    ...bothBinary, name: 'xnor-net-k', weight: scaledSign, input: { ...signClipped, scale: { name: 'mean-abs', gradient: 'exact' } },
    latentClip: 1, scaled: true,
    attention: { operands: { ...signClipped, scale: { name: 'mean-abs', gradient: 'exact' } }, probabilities: softmaxAwareScaled },
    source: 'XNOR-Net, arXiv 1603.05279, with the input scale K per token; latent clip by our choice',
  },
  'xnor-net-centred': {
    ...bothBinary, name: 'xnor-net-centred', input: signClipped, latentClip: 1, scaled: true,
    weight: { ...scaledSign, threshold: { name: 'mean', per: 'channel', gradient: 'exact' } },
    attention: { operands: signClipped, probabilities: softmaxAwareScaled },
    source: 'XNOR-Net with centred weights and the scale of the centred weight: our variant of arXiv 1603.05279',
  },
  dorefa: {
    ...bothBinary, name: 'dorefa', latentClip: null, scaled: true,
    weight: {
      estimator: { name: 'identity' },
      scale: { name: 'mean-abs', per: 'tensor', of: 'latent', gradient: 'straight-through' },
      threshold: { name: 'zero' },
    },
    input: { levels: 'unsigned', estimator: { name: 'clipped' }, scale: { name: 'none' }, threshold: { name: 'fixed' } },
    attention: {
      operands: signClipped,
      probabilities: { levels: 'unsigned', estimator: { name: 'clipped' }, scale: { name: 'none' }, threshold: { name: 'fixed' } },
    },
    source: 'DoReFa-Net, Zhou et al. 2016, arXiv 1606.06160: inputs are clipped to [0, 1] and rounded; signs for Q, K and V by our choice',
  },
  'xnor-net-plus-plus': {
    ...bothBinary, name: 'xnor-net-plus-plus', weight: { ...plainSign, scale: { name: 'learned', per: 'channel' } }, input: signClipped,
    latentClip: 1, scaled: true,
    attention: { operands: signClipped, probabilities: softmaxAwareScaled },
    source: 'XNOR-Net++, Bulat and Tzimiropoulos 2019, arXiv 1909.13863, factor per output; latent clip by our choice',
  },
  'bi-real': {
    ...bothBinary, name: 'bi-real', weight: { ...scaledSign, scale: { ...channelMean, gradient: 'detached' } }, input: signApprox,
    latentClip: null, scaled: true,
    attention: { operands: signApprox, probabilities: softmaxAwareScaled },
    source: 'Bi-Real Net, Liu et al. 2018, arXiv 1808.00278, magnitude-aware gradient',
  },
  'ir-net': {
    ...bothBinary, name: 'ir-net', latentClip: null, scaled: true,
    // IR-Net divides by the bare standard deviation: epsilon keeps a constant row finite and is far below any real variance.
    weight: { estimator: ede, scale: { name: 'power-of-two' }, threshold: { name: 'standardize', gain: 1, epsilon: 1e-12 } },
    input: { ...signClipped, estimator: ede },
    attention: { operands: { ...signClipped, estimator: ede }, probabilities: softmaxAwareScaled },
    source: 'IR-Net, Qin et al. 2020, arXiv 1909.10788 (Libra-PB, error decay estimator); epsilon by our choice',
  },
  recu: {
    ...bothBinary, name: 'recu', latentClip: null, scaled: true,
    weight: {
      estimator: { name: 'recu', tau: 0.92 },
      scale: latentChannelMean,
      threshold: { name: 'standardize', gain: 2 * Math.SQRT2, epsilon: 1e-5 },
    },
    input: signApprox,
    attention: { operands: signApprox, probabilities: softmaxAwareScaled },
    source: 'ReCU, Xu et al. 2021, arXiv 2103.12369, as in the public code of BHViT, arXiv 2503.02394',
  },
  react: {
    ...bothBinary, name: 'react', weight: { ...plainSign, scale: latentChannelMean }, input: rsign, activation: 'rprelu',
    latentClip: null, scaled: true,
    attention: { operands: rsign, probabilities: softmaxAwareScaled },
    source: 'ReActNet, Liu et al. 2020, arXiv 2003.03488',
  },
  bit: {
    ...bothBinary, name: 'bit', latentClip: null, scaled: true,
    weight: {
      estimator: { name: 'identity' },
      scale: { name: 'mean-abs', per: 'tensor', of: 'latent', gradient: 'straight-through' },
      threshold: { name: 'mean', per: 'tensor', gradient: 'detached' },
    },
    input: elasticSigned,
    attention: { operands: { ...elasticSigned, threshold: { name: 'fixed' } }, probabilities: elasticUnsigned },
    source: 'BiT, Liu et al. 2022, arXiv 2205.13016, scale per tensor',
  },
  binaryvit: {
    ...bothBinary, name: 'binaryvit', input: rsign, activation: 'rprelu', latentClip: null, scaled: true,
    weight: {
      estimator: { name: 'clipped' },
      scale: latentChannelMean,
      threshold: { name: 'mean', per: 'channel', gradient: 'exact' },
    },
    attention: {
      operands: rsign,
      probabilities: { ...elasticUnsigned, scale: { name: 'elastic', initial: 0.005, gradientScale: 'none' } },
    },
    source: 'BinaryViT, Le and Li 2023, arXiv 2306.16678; the scale is that of the uncentred weight, as in its public code',
  },
  twn: {
    ...weightOnly, name: 'twn', weightBits: 1.58, latentClip: null, scaled: true,
    weight: {
      estimator: { name: 'identity' },
      scale: { name: 'mean-abs', per: 'tensor', of: 'signed', gradient: 'straight-through' },
      threshold: { name: 'dead-zone', factor: 0.7, per: 'tensor' },
    },
    source: 'Ternary Weight Networks, Li et al. 2016, arXiv 1605.04711',
  },
  'b1.58': {
    ...weightOnly, name: 'b1.58', weightBits: 1.58, latentClip: null, scaled: true,
    weight: {
      estimator: { name: 'identity' },
      scale: { name: 'mean-abs', per: 'tensor', of: 'latent', gradient: 'straight-through' },
      threshold: { name: 'dead-zone', factor: 0.5, per: 'tensor' },
    },
    source: 'BitNet b1.58, Ma et al. 2024, arXiv 2402.17764; inputs stay float here, 8 bit there',
  },
};

/** @throws SpecError that lists the known names */
export function parseMethodName(value: unknown, path = 'method'): MethodName {
  return new JsonReader(value, path).oneOf(methodNames);
}
