import type * as tf from '@tensorflow/tfjs';
import { NonFiniteOperand } from '../backend/index.js';

/**
 * A NaN or an infinity stood where a sign was to be taken. Binarization is the one place where it would turn into a clean ±1
 * and hide, so it stops here.
 */
export class NonFiniteError extends Error {
  override readonly name = 'NonFiniteError';

  /**
   * @param label where, e.g. `blocks.2.mlp.fc1 input`
   * @param nan how many NaN
   * @param infinite how many infinities
   * @param total how many values there are
   */
  constructor(readonly label: string, readonly nan: number, readonly infinite: number, readonly total: number) {
    super(`${label}: a sign needs finite values, found ${nan} NaN and ${infinite} infinite of ${total}`);
  }
}

/**
 * @throws NonFiniteError when `x` holds a NaN or an infinity
 */
export function assertFinite(x: tf.Tensor, label: string): void {
  const values = x.dataSync<'float32'>();
  // 0 · NaN and 0 · ∞ are NaN: one sum tells, without a branch per value, that there is nothing to count.
  let probe = 0;
  for (let i = 0; i < values.length; i++) probe += 0 * values[i]!;
  if (probe === 0) return;
  const nan = values.filter(Number.isNaN).length;
  const finite = values.filter(Number.isFinite).length;
  throw new NonFiniteError(label, nan, values.length - nan - finite, values.length);
}

/** Operands of the signs in a fused kernel, and where each stands. */
type SignOperands = Partial<Record<NonFiniteOperand['operand'], { values: tf.Tensor; label: string }>>;

/**
 * Runs a fused kernel, which finds non-finite values on its way but does not count them.
 *
 * @throws NonFiniteError for the operand that held them
 */
export function finiteOr<T>(operands: SignOperands, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const operand = error instanceof NonFiniteOperand ? operands[error.operand] : undefined;
    if (operand !== undefined) assertFinite(operand.values, operand.label);
    throw error;
  }
}
