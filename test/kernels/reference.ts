/** Float64 definitions that the kernels are held to, written for clearness. Matrices are row-major. */

/** op(A) op(B), and the same product of absolute values, by which its rounding error is bounded. */
export function product(
  a: ArrayLike<number>, b: ArrayLike<number>, m: number, n: number, k: number, transA = false, transB = false,
): { values: number[]; magnitudes: number[] } {
  const values: number[] = [];
  const magnitudes: number[] = [];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let value = 0;
      let magnitude = 0;
      for (let p = 0; p < k; p++) {
        const term = a[transA ? p * m + i : i * k + p]! * b[transB ? j * k + p : p * n + j]!;
        value += term;
        magnitude += Math.abs(term);
      }
      values.push(value);
      magnitudes.push(magnitude);
    }
  }
  return { values, magnitudes };
}

/** Float32 rounding of a sum of k products: each of k + 2 operations errs by at most 2^-24 of the sum of magnitudes. */
const sumBound = (k: number): number => (k + 2) * 2 ** -24;

/** Largest error of sums of k products, in units of its bound. */
export function sumError(actual: ArrayLike<number>, expected: { values: number[]; magnitudes: number[] }, k: number): number {
  return expected.values.reduce((most, value, i) => {
    const error = Math.abs(actual[i]! - value) / (sumBound(k) * expected.magnitudes[i]! + 1e-37);
    return Number.isNaN(error) ? Infinity : Math.max(most, error);
  }, 0);
}

export const sign = (x: number): number => (x < 0 ? -1 : 1);

/** erf(x) = 2/√π e^(−x²) Σ_n 2^n x^(2n+1) / (2n+1)!!, whose terms all have x's sign. */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** f(x) of the sign estimators, by their codes in native/binvit.h. */
export function derivative(x: number, code: number, p0: number, p1: number): number {
  const inside = Math.abs(x) <= 1 ? 1 : 0;
  switch (code) {
    case 1: return inside;
    case 2: return (2 - 2 * Math.abs(x)) * inside;
    case 3: return (p0 * (2 - p0 * x * Math.tanh((p0 * x) / 2))) / (1 + Math.cosh(p0 * x));
    case 4: return p1 * p0 * (1 - Math.tanh(p0 * x) ** 2);
    default: return 1;
  }
}

/** mean |W| per column (2), of the whole matrix (1), or 1 (0). */
export function scalingFactors(w: ArrayLike<number>, inputs: number, outputs: number, scale: number): number[] {
  const columns = Array.from({ length: outputs }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < inputs; i++) sum += Math.abs(w[i * outputs + j]!);
    return sum / inputs;
  });
  if (scale === 0) return columns.map(() => 1);
  return scale === 2 ? columns : columns.map(() => columns.reduce((a, b) => a + b) / outputs);
}

/** softmax of a row. */
export function softmax(row: readonly number[]): number[] {
  const top = Math.max(...row);
  const e = row.map(v => Math.exp(v - top));
  const sum = e.reduce((a, b) => a + b, 0);
  return e.map(v => v / sum);
}

/** Rows of one head of attention. */
export interface Head {
  q: number[][];
  k: number[][];
  v: number[][];
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

export function attend({ q, k, v }: Head): { probabilities: number[][]; output: number[][] } {
  const factor = 1 / Math.sqrt(q[0]!.length);
  const probabilities = q.map(row => softmax(k.map(key => dot(row, key) * factor)));
  const output = probabilities.map(p => v[0]!.map((_, d) => p.reduce((sum, weight, j) => sum + weight * v[j]![d]!, 0)));
  return { probabilities, output };
}

/** Gradients of Σ output ⊙ upstream with respect to q, k and v. */
export function attendBackward(head: Head, upstream: number[][]): Head {
  const { q, k, v } = head;
  const factor = 1 / Math.sqrt(q[0]!.length);
  const { probabilities } = attend(head);
  const zeros = (): number[][] => q.map(row => row.map(() => 0));
  const [dq, dk, dv] = [zeros(), zeros(), zeros()];
  probabilities.forEach((p, i) => {
    const dp = v.map(value => dot(value, upstream[i]!));
    const mean = dot(p, dp);
    p.forEach((weight, j) => {
      const ds = weight * (dp[j]! - mean) * factor;
      for (let d = 0; d < q[i]!.length; d++) {
        dq[i]![d]! += ds * k[j]![d]!;
        dk[j]![d]! += ds * q[i]![d]!;
        dv[j]![d]! += weight * upstream[i]![d]!;
      }
    });
  });
  return { q: dq, k: dk, v: dv };
}
