/**
 * What a binarizer is, as plain JSON: gradient estimator × scaling factor × threshold. The three choices are
 * orthogonal; a published method is a named combination of them (see `methods`).
 */

/** Derivative that stands in for the one of sign; the forward pass is sign whatever the estimator. */
export type EstimatorSpec =
  /** f(x) = 1. Bengio et al. 2013, arXiv 1308.3432. */
  | { readonly name: 'identity' }
  /** f(x) = 1{|x| ≤ 1}. BinaryConnect and BNN, arXiv 1511.00363 and 1602.02830. */
  | { readonly name: 'clipped' }
  /** f(x) = (2 − 2|x|)·1{|x| ≤ 1}. Bi-Real Net, arXiv 1808.00278. */
  | { readonly name: 'approx-sign' }
  /** f(x) = β(2 − βx·tanh(βx/2)) / (1 + cosh βx). BNN+, arXiv 1812.11800; its β is 5. */
  | { readonly name: 'swish-sign'; readonly beta: number }
  /** f(x) = k·t·(1 − tanh²(tx)), t from tMin to tMax on a log scale, k = max(1/t, 1). IR-Net, arXiv 1909.10788. */
  | { readonly name: 'ede'; readonly tMin: number; readonly tMax: number }
  /** f(x) = 1{|x| ≤ Q}, Q = −mean|x|·ln(2 − 2τ). For weights. ReCU, arXiv 2103.12369. */
  | { readonly name: 'recu'; readonly tau: number };

/** Over which weights one scaling factor is shared: the matrix, an output, or `groupSize` inputs of an output. */
export type ScaleGranularity = 'tensor' | 'channel' | { readonly groupSize: number };

/**
 * How the latent gradient of α·sign(V) is formed from the gradient g of the product, f being the estimator's factor and
 * n the number of weights that share α:
 * `exact` α·g·f + sign(V)/n·Σ g·sign(V); `detached` α·g·f; `paper` g·(1/n + α·f), as printed in XNOR-Net;
 * `straight-through` g·f, the factor does not appear (ReActNet, BinaryViT, DoReFa, BiT).
 */
export type ScaleGradient = 'exact' | 'detached' | 'paper' | 'straight-through';

export type WeightScaleSpec =
  /** 1. */
  | { readonly name: 'none' }
  /**
   * Least-squares optimum α = ⟨V, B⟩/⟨B, B⟩ of ‖V − αB‖², which is mean|V| for binary B and the mean of what is kept
   * for ternary B. `of: 'signed'` takes V, the weight after its threshold; `of: 'latent'` takes mean|W| of the weight
   * before it, as BinaryViT, BHViT and BiT do. XNOR-Net, arXiv 1603.05279.
   */
  | { readonly name: 'mean-abs'; readonly per: ScaleGranularity; readonly of: 'signed' | 'latent'; readonly gradient: ScaleGradient }
  /** A trained parameter that starts at mean|W|. XNOR-Net++, arXiv 1909.13863. */
  | { readonly name: 'learned'; readonly per: 'tensor' | 'channel' }
  /** 2^round(log2 mean|V|) per output, without gradient. IR-Net, arXiv 1909.10788. */
  | { readonly name: 'power-of-two' };

/** What is subtracted from (or asked of) the latent weight W before its sign is taken; the result is V. */
export type WeightThresholdSpec =
  /** V = W. */
  | { readonly name: 'zero' }
  /** V = W − mean(W), the mean per output or of the matrix; `detached` sends no gradient through the mean. */
  | { readonly name: 'mean'; readonly per: 'tensor' | 'channel'; readonly gradient: 'exact' | 'detached' }
  /** V = gain·(W − mean)/sqrt(var + epsilon) per output, var with divisor in − 1. IR-Net, ReCU. */
  | { readonly name: 'standardize'; readonly gain: number; readonly epsilon: number }
  /** Ternary: 0 where |W| ≤ factor·mean|W|, else sign(W). TWN has factor 0.7, rounding W/mean|W| has 0.5. */
  | { readonly name: 'dead-zone'; readonly factor: number; readonly per: 'tensor' | 'channel' }
  /** +1 with probability clamp((W + 1)/2, 0, 1) in training, sign(W) otherwise. BinaryConnect, arXiv 1511.00363, eq. 2. */
  | { readonly name: 'stochastic' };

/** How a latent weight matrix becomes scale · binary. */
export interface WeightBinarizerSpec {
  readonly estimator: EstimatorSpec;
  readonly scale: WeightScaleSpec;
  readonly threshold: WeightThresholdSpec;
}

export type InputScaleSpec =
  /** 1. */
  | { readonly name: 'none' }
  /** Per token: ⟨x, B⟩/⟨B, B⟩, which is XNOR-Net's K = mean|x| for signed levels. arXiv 1603.05279. */
  | { readonly name: 'mean-abs'; readonly gradient: 'exact' | 'detached' }
  /** A trained factor for each of `tokens` positions, starting at 1 (the β of XNOR-Net++'s α ⊗ β). arXiv 1909.13863. */
  | { readonly name: 'learned'; readonly tokens: number }
  /**
   * One trained α that also is the unit of the estimator (and of the threshold for unsigned levels); `initial` is a
   * number or the first batch (2·mean|x| signed, 4·mean|x| unsigned); its gradient is divided by sqrt(numel) when
   * `gradientScale` is 'numel'. BiT, arXiv 2205.13016.
   */
  | { readonly name: 'elastic'; readonly initial: number | 'first-batch'; readonly gradientScale: 'numel' | 'none' };

export type InputThresholdSpec =
  /** 0 for signed levels; half the unit (α/2 when elastic, otherwise 1/2) for unsigned ones. */
  | { readonly name: 'fixed' }
  /** x + b with a trained shift b per feature comes first (RSign of ReActNet, "move" of BiT). arXiv 2003.03488. */
  | { readonly name: 'learned' }
  /** `fraction` of the row's maximum, for unsigned levels (BiViT's softmax-aware binarization). arXiv 2211.07091. */
  | { readonly name: 'row-max'; readonly fraction: number };

/** How an activation becomes scale · binary; the levels are {−1, 1} when signed and {0, 1} when unsigned. */
export interface InputBinarizerSpec {
  readonly levels: 'signed' | 'unsigned';
  readonly estimator: EstimatorSpec;
  readonly scale: InputScaleSpec;
  readonly threshold: InputThresholdSpec;
}
