import { readWhole } from './sized-file.js';
import { sniff } from './sniff.js';

/**
 * Reads a JSON file.
 *
 * @returns its value, and the text that it was parsed from
 * @throws Error that names the file when there is none, or when it is something else
 */
export function readJson(path: string): { readonly value: unknown; readonly text: string } {
  const bytes = readWhole(path);
  const found = sniff(bytes);
  if (found) throw new Error(`${path}: expected JSON, found ${found.description}`);
  const text = new TextDecoder().decode(bytes);
  try {
    return { value: JSON.parse(text), text };
  } catch (error) {
    throw new Error(`${path}: expected JSON, found something else (${(error as Error).message}): the file is damaged`, { cause: error });
  }
}
