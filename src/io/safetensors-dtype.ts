/**
 * The number types of a safetensors file, with the array that holds each. `F16` and `BF16` are kept as their 16 bits (see
 * {@link toFloat32}), `BOOL` as bytes 0 and 1; 64-bit integers are never rounded.
 */
export const safetensorsArrays = {
  F64: Float64Array,
  F32: Float32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;

export type SafetensorsDtype = keyof typeof safetensorsArrays;

export type SafetensorsData =
  | Float64Array | Float32Array | BigInt64Array | BigUint64Array | Int32Array | Uint32Array | Int16Array | Uint16Array | Int8Array | Uint8Array;

/** One tensor of a file. `data` is row-major and of the array type that {@link safetensorsArrays} gives for `dtype`. */
export interface SafetensorsTensor {
  readonly dtype: SafetensorsDtype;
  /** `[]` is a scalar; a dimension may be 0. */
  readonly shape: readonly number[];
  readonly data: SafetensorsData;
}

export function isSafetensorsDtype(name: unknown): name is SafetensorsDtype {
  return typeof name === 'string' && Object.hasOwn(safetensorsArrays, name);
}

/** Every half, by its bits: looked up, a million take milliseconds. */
let halfValues: Float32Array | undefined;

/**
 * The values of a float tensor as float32. `F16` and `BF16` are widened exactly (subnormals, infinities and NaN too), `F32`
 * is returned as it is, without a copy.
 *
 * @throws TypeError for every other type: the conversion would round
 */
export function toFloat32({ dtype, data }: SafetensorsTensor): Float32Array {
  if (data instanceof Float32Array) return data;
  if (data instanceof Uint16Array && dtype === 'BF16') {
    // The upper half of a float32.
    return new Float32Array(Uint32Array.from(data, bits => bits << 16).buffer);
  }
  if (data instanceof Uint16Array && dtype === 'F16') {
    halfValues ??= Float32Array.from({ length: 65536 }, (_, bits) => halfToNumber(bits));
    const values = new Float32Array(data.length);
    for (let at = 0; at < data.length; at++) values[at] = halfValues[data[at]!]!;
    return values;
  }
  throw new TypeError(`dtype: expected F32, F16 or BF16 to be read as float32, found ${dtype}`);
}

/**
 * Values rounded to the nearest `F16`, ties to even; what is too large becomes an infinity.
 *
 * @returns the bits, as a tensor of `F16` has them
 */
export function toHalf(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, numberToHalf);
}

function numberToHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // Below the smallest normal number the steps stay as they are there.
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const steps = roundHalfToEven(size / 2 ** (exponent - 10));
  // A carry into the next exponent is what the addition makes of it.
  return sign | (((exponent + 14) << 10) + steps);
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15) and 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
