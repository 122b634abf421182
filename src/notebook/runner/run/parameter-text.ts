import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Json } from '../../session/index.js';
import type { ParameterValues } from './parameters.js';

/**
 * Reads `name=value`. The value is JSON where it can be (a number, `true`, `false`, `null`, a list, an object), text otherwise.
 *
 * @throws RangeError when there is no name before a `=`
 */
export function parseParameter(text: string): readonly [name: string, value: Json] {
  const [name, value] = parseRawParameter(text);
  try {
    return [name, JSON.parse(value) as Json];
  } catch {
    // Also a number as people write it: .5, +3, 1. and 1_000 stay apart from version numbers and dates.
    return [name, /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) && !/^[+-]?0\d/.test(value) ? Number(value) : value];
  }
}

/**
 * Reads `name=text`.
 *
 * @throws RangeError when there is no name before a `=`
 */
export function parseRawParameter(text: string): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1) throw new RangeError(`expected name=value, found "${text}"`);
  return [text.slice(0, at).trim(), text.slice(at + 1)];
}

/**
 * Reads a JSON file with an object of values by name.
 *
 * @throws Error that names the file
 */
export function readParameters(path: string): ParameterValues {
  try {
    return z.record(z.string(), z.custom<Json>(() => true), 'expected an object of values by name').parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const reason = error instanceof z.ZodError ? error.issues[0]!.message : String(error instanceof Error ? error.message : error);
    throw new Error(`${path}: expected a JSON file with parameters, found: ${reason}`, { cause: error });
  }
}
