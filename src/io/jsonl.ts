import { closeSync, fstatSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { readWhole, withFile } from './sized-file.js';

/** So much of a log's end holds its last row, nearly always. */
const endBytes = 1 << 14;

/** A line that holds no row. */
export interface DamagedLine {
  /** Counted from 1. */
  readonly line: number;
  readonly reason: string;
}

/** What {@link readJsonl} found. */
export interface JsonlContent<Row> {
  readonly rows: Row[];
  readonly damaged: DamagedLine[];
}

/**
 * Reads a log with one JSON object a line. Good rows are always kept; a cut last line, two rows in one line, zero bytes
 * (as a power cut leaves them) and everything else that is no row are reported with their line. It may be read while it
 * is being written.
 *
 * @param parse checks and types one row; a row that it throws at is reported with its message
 * @param end reads so many bytes
 * @throws Error when there is no such file
 */
export function readJsonl(path: string): JsonlContent<unknown>;
export function readJsonl<Row>(path: string, parse: (value: unknown) => Row, end?: number): JsonlContent<Row>;
export function readJsonl(path: string, parse: (value: unknown) => unknown = value => value, end = Infinity): JsonlContent<unknown> {
  const rows: unknown[] = [];
  const damaged: DamagedLine[] = [];
  const lines = splitLines(readWhole(path).subarray(0, end));
  lines.forEach((bytes, index) => {
    const report = (reason: string): void => void damaged.push({ line: index + 1, reason });
    const start = bytes.findIndex(byte => byte !== 0);
    if (start === -1) {
      if (bytes.length > 0) report(`${bytes.length} zero bytes`);
      // The piece after the last line end is no line when it is empty.
      else if (index < lines.length - 1) report('an empty line');
      return;
    }
    if (start > 0) report(`${start} zero bytes before the row`);
    const row = parseObject(bytes.subarray(start));
    if (row === undefined) {
      report(index === lines.length - 1 ? 'the last line is cut' : describeDamage(bytes));
      return;
    }
    try {
      rows.push(parse(row));
    } catch (error) {
      report(error instanceof Error ? error.message : String(error));
    }
  });
  return { rows, damaged };
}

/**
 * The last good row of a log, without reading the rest of it.
 *
 * @param parse checks and types a row; one that it throws at is passed over
 * @returns the row, and where it ends in the file, in bytes; `null` where there is none
 * @throws Error when there is no such file
 */
export function lastJsonlRow<Row>(path: string, parse: (value: unknown) => Row): { readonly row: Row; readonly end: number } | null {
  return withFile(path, file => {
    const { size } = file;
    for (let length = Math.min(size, endBytes); ; length = Math.min(size, 2 * length)) {
      const lines = splitLines(file.read(size - length, length));
      // The first line is a part of one, unless it is the log's first.
      for (const bytes of lines.slice(length < size ? 1 : 0).reverse()) {
        const row = parseObject(bytes.subarray(Math.max(0, bytes.findIndex(byte => byte !== 0))));
        if (row === undefined) continue;
        try {
          return { row: parse(row), end: size - length + bytes.byteOffset + bytes.length };
        } catch {
          // No row of this kind.
        }
      }
      if (length === size) return null;
    }
  });
}

/**
 * Of all rows with the same key the last one, each at the place of the first. After a resume the steps since the checkpoint
 * are logged a second time; keyed by kind and step, each counts once.
 */
export function latestRows<Row>(rows: readonly Row[], key: (row: Row) => string | number): Row[] {
  return [...new Map(rows.map(row => [key(row), row])).values()];
}

/**
 * Repairs the end of a log so that the next row starts on a line of its own: a cut last line (or zero bytes) is removed, a
 * whole last row that only lacks its line end gets it. Whole lines are never touched. A missing file is left missing.
 *
 * @returns the number of bytes that were removed
 */
export function repairJsonl(path: string): number {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
  try {
    return repairEnd(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Appends rows to a log; one writer a file at a time. The end is repaired first, see {@link repairJsonl}. */
export class JsonlWriter {
  readonly #path: string;
  readonly #descriptor: number;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    repairJsonl(path);
    this.#path = path;
    this.#descriptor = openSync(path, 'a');
  }

  /**
   * Hands one row to the operating system in one write; it survives the death of this process. What a full disk let through
   * of it is taken back.
   *
   * @param row a JSON object
   * @throws TypeError when a number in it is NaN or infinite, which JSON would silently turn into `null`
   * @throws Error of the file system
   */
  append(row: object): void {
    const line = Buffer.from(`${JSON.stringify(row, refuseNonFinite)}\n`);
    const before = fstatSync(this.#descriptor).size;
    try {
      const written = writeSync(this.#descriptor, line);
      if (written < line.length) throw new Error(`${this.#path}: the disk took ${written} of ${line.length} bytes`);
    } catch (error) {
      ftruncateSync(this.#descriptor, before);
      throw error;
    }
  }

  /** Flushes to disk, so that the rows also survive a power cut. */
  sync(): void {
    fsyncSync(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Appends one row and flushes it to disk; for logs with few rows. See {@link JsonlWriter.append}. */
export function appendLine(path: string, row: object): void {
  const writer = new JsonlWriter(path);
  try {
    writer.append(row);
    writer.sync();
  } finally {
    writer.close();
  }
}

function refuseNonFinite(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new TypeError(`${key}: expected a finite number for a JSON row, found ${value}`);
  }
  return value;
}

function splitLines(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  lines.push(bytes.subarray(start));
  return lines;
}

/** No proper beginning of an object's text is an object itself, so what parses here was never cut. */
function parseObject(bytes: Uint8Array): object | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function describeDamage(bytes: Uint8Array): string {
  if (bytes.includes(0)) return 'zero bytes inside the line';
  return new TextDecoder().decode(bytes).lastIndexOf('{"') > 0 ? 'no JSON object; perhaps a cut row and the next one in one line' : 'no JSON object';
}

function repairEnd(descriptor: number): number {
  const content = readFileSync(descriptor);
  const end = content.lastIndexOf(10) + 1;
  if (end === content.length) return 0;
  if (parseObject(content.subarray(end))) {
    writeSync(descriptor, '\n', content.length);
    return 0;
  }
  ftruncateSync(descriptor, end);
  fsyncSync(descriptor);
  return content.length - end;
}
