import { existsSync } from 'node:fs';
import { JsonlWriter, latestRows, readJsonl } from '../io/index.js';
import type { LayerSigns } from '../models/index.js';
import { runPaths } from './run-folder.js';

/** The signs of all binary weights after `step` updates. */
export interface SignSample {
  readonly step: number;
  /** In the order of computation. */
  readonly layers: readonly LayerSigns[];
}

/** A {@link SignSample} as a line of `signs.jsonl`: bits in base64. */
interface SignRow {
  readonly step: number;
  readonly layers: readonly { readonly name: string; readonly shape: readonly [number, number]; readonly signs: string }[];
}

/** Appends samples to `signs.jsonl`: an eighth of a byte a weight, and a third more in text. It is one more observer: it draws and changes nothing. */
export class SignLog {
  readonly #writer: JsonlWriter;

  constructor(path: string) {
    this.#writer = new JsonlWriter(path);
  }

  append(step: number, layers: readonly LayerSigns[]): void {
    this.#writer.append({
      step, layers: layers.map(({ name, shape, signs }) => ({ name, shape, signs: Buffer.from(signs.buffer, signs.byteOffset, signs.length).toString('base64') })),
    } satisfies SignRow);
  }

  sync(): void {
    this.#writer.sync();
  }

  close(): void {
    this.#writer.close();
  }
}

/**
 * The signs of a run's binary weights over its training, from the initial weights on; each step once, also where a resumed run has
 * logged it again.
 *
 * @param dir folder of a run that was trained with `signsEvery`
 * @throws Error when it has no samples
 */
export function readSigns(dir: string): SignSample[] {
  const path = runPaths(dir).signs;
  if (!existsSync(path)) throw new Error(`${path}: expected the signs of a run trained with signsEvery (binvit train --signs-every N), found no such file`);
  const { rows } = readJsonl(path, row => row as SignRow);
  return latestRows(rows, row => row.step).map(({ step, layers }) => ({
    step, layers: layers.map(({ name, shape, signs }) => ({ name, shape, signs: new Uint8Array(Buffer.from(signs, 'base64')) })),
  }));
}
