import { inspect } from 'node:util';

const maxArrayLength = 100;
const maxStringLength = 10_000;
const depth = 4;

/** A value as text, without colours, cut where it is long. Getters are not called. */
export function plainText(value: unknown): string {
  return inspect(value, { colors: false, depth, maxArrayLength, maxStringLength });
}
