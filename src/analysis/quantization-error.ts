/** How far the effective weights are from the latent ones. */
export interface QuantizationError {
  /** ‖W − Ŵ‖² / ‖W‖², 0 where nothing is lost. */
  readonly relative: number;
  /** The same with the best scale of each output for the signs of W: 1 − Σ_j (Σ_i |W_ij|)² / (in · ‖W‖²). */
  readonly optimal: number;
  /** Cosine of W and Ŵ as vectors. */
  readonly cosine: number;
}

/**
 * Error of binarization and its lower bound, the least-squares optimum `α_j = mean_i |W_ij|` with `B = sign(W)`
 * (XNOR-Net, arXiv 1603.05279, eq. 6).
 *
 * @param latent row-major `[inputs, outputs]`, finite
 * @param effective of the same shape
 * @returns NaN where W is 0
 */
export function quantizationError(
  latent: ArrayLike<number>, effective: ArrayLike<number>, inputs: number, outputs: number,
): QuantizationError {
  const absolute = new Float64Array(outputs);
  let [error, product, latentSquare, effectiveSquare] = [0, 0, 0, 0];
  for (let row = 0; row < inputs; row++) {
    for (let column = 0; column < outputs; column++) {
      const w = latent[row * outputs + column]!;
      const e = effective[row * outputs + column]!;
      error += (w - e) ** 2;
      product += w * e;
      latentSquare += w * w;
      effectiveSquare += e * e;
      absolute[column]! += Math.abs(w);
    }
  }
  const captured = absolute.reduce((sum, value) => sum + value * value, 0) / inputs;
  return {
    relative: error / latentSquare,
    optimal: 1 - captured / latentSquare,
    cosine: product / Math.sqrt(latentSquare * effectiveSquare),
  };
}
