/** The signs of one binary weight matrix, one bit each. */
export interface LayerSigns {
  /** 'blocks.0.attn.qkv'. */
  readonly name: string;
  /** `[in, out]`. */
  readonly shape: readonly [number, number];
  /** Row-major, as {@link packSigns} packs them. */
  readonly signs: Uint8Array;
}

/**
 * Signs, one bit a value, lowest bit first: 1 where the value is below 0. `sign(0) = sign(-0) = +1` here as everywhere; bits that
 * pad the last byte are 0. It reads the sign bit of each float, without a branch, so that signs can be watched at every step.
 *
 * @param values finite
 */
export function packSigns(values: Float32Array): Uint8Array {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint8Array(Math.ceil(values.length / 8));
  const whole = values.length >> 3;
  for (let byte = 0, at = 0; byte < whole; byte++, at += 8) {
    bits[byte] = belowZero(words[at]!) >>> 31 | belowZero(words[at + 1]!) >>> 30 & 2 | belowZero(words[at + 2]!) >>> 29 & 4
      | belowZero(words[at + 3]!) >>> 28 & 8 | belowZero(words[at + 4]!) >>> 27 & 16 | belowZero(words[at + 5]!) >>> 26 & 32
      | belowZero(words[at + 6]!) >>> 25 & 64 | belowZero(words[at + 7]!) >>> 24 & 128;
  }
  for (let at = 8 * whole; at < values.length; at++) bits[whole]! |= belowZero(words[at]!) >>> 31 << at % 8;
  return bits;
}

/** The highest bit of a float's word, but not that of −0, the lowest integer. */
function belowZero(word: number): number {
  return word & word - 1;
}
