// Not from the folder's index, which loads what a session that starts fast does without.
import { JsonlWriter, lastJsonlRow, readJsonl } from '../../io/jsonl.js';
import type { History, HistoryEntry } from './types.js';

/** Executed cells, in memory and, when there is a file, appended to it as one JSON object a line. */
export class CellHistory implements History {
  /** Of this session, and of those before it since this process began. */
  readonly #own: HistoryEntry[] = [];
  /** What the file held before: years of work, read when somebody asks. */
  #earlier: readonly HistoryEntry[] | null = null;
  readonly #readEarlier: () => readonly HistoryEntry[];
  readonly #unsaved: (sentence: string) => void;
  #path: string | undefined;
  #writer: JsonlWriter | null = null;
  #session: number;

  /**
   * @param path file of the history; it is made when it is not there, and rows of it that are damaged are left out
   * @param unsaved told once, with the first entry that the file does not take; from then on entries are in memory only
   */
  constructor(path: string | undefined, unsaved: (sentence: string) => void) {
    this.#path = path;
    this.#unsaved = unsaved;
    const last = path === undefined ? null : lastEntryOf(path);
    this.#session = (last?.row.session ?? 0) + 1;
    this.#readEarlier = () => (path === undefined || last === null ? [] : entriesOf(path, last.end));
  }

  append(line: number, code: string): void {
    const entry = { session: this.#session, line, code };
    this.#own.push(entry);
    if (this.#path === undefined) return;
    try {
      this.#writer ??= new JsonlWriter(this.#path);
      this.#writer.append(entry);
    } catch (error) {
      // A full disk, or a home that is read only: no reason not to run cells.
      this.#unsaved(`history: cells cannot be added to ${this.#path} (${(error as Error).message}); those of this session are forgotten when it ends`);
      this.close();
      this.#path = undefined;
    }
  }

  /** The count starts from 1 again. */
  startSession(): void {
    if (this.#own.at(-1)?.session === this.#session) this.#session++;
  }

  close(): void {
    this.#writer?.close();
    this.#writer = null;
  }

  tail(count: number): readonly HistoryEntry[] {
    return count <= 0 ? [] : this.#entries().slice(-count);
  }

  range(session: number, start: number, stop: number | null): readonly HistoryEntry[] {
    const wanted = session > 0 ? session : this.#session + session;
    return this.#entries().filter(entry => entry.session === wanted && entry.line >= start && (stop === null || entry.line < stop));
  }

  search(pattern: string, count: number, unique: boolean): readonly HistoryEntry[] {
    const expression = globExpression(pattern);
    const found = this.#entries().filter(({ code }) => expression.test(code));
    const kept = unique ? [...new Map(found.map(entry => [entry.code, entry])).values()].sort(byTime) : found;
    return count <= 0 ? [] : kept.slice(-count);
  }

  #entries(): HistoryEntry[] {
    this.#earlier ??= this.#readEarlier();
    return [...this.#earlier, ...this.#own];
  }
}

/** What cannot be read is told when it is written to. */
function lastEntryOf(path: string): ReturnType<typeof lastJsonlRow<HistoryEntry>> {
  try {
    return lastJsonlRow(path, parseEntry);
  } catch {
    return null;
  }
}

function entriesOf(path: string, end: number): HistoryEntry[] {
  try {
    return readJsonl(path, parseEntry, end).rows;
  } catch {
    return [];
  }
}

function byTime(a: HistoryEntry, b: HistoryEntry): number {
  return a.session - b.session || a.line - b.line;
}

function globExpression(pattern: string): RegExp {
  const source = pattern.replace(/[\\^$+.()|[\]{}]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}

function parseEntry(value: unknown): HistoryEntry {
  const { session, line, code } = value as Partial<HistoryEntry>;
  if (!Number.isInteger(session) || !Number.isInteger(line) || typeof code !== 'string') {
    throw new Error('expected an entry of a history: session, line and code');
  }
  return { session: session!, line: line!, code };
}
