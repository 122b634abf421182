import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { startSession, type ExecuteOptions, type ExecuteResult, type MimeBundle, type NotebookSession, type OutputEvent, type SessionOptions } from '../../../src/notebook/index.js';

/** What a cell came to, and what it showed. */
export interface Ran {
  readonly result: ExecuteResult;
  readonly events: OutputEvent[];
  /** Both streams together. */
  readonly text: string;
  /** `text/plain` of the result; `null` when there is none. */
  readonly value: string | null;
}

/** A session in a folder of its own, shared by the tests of a file. */
export interface TestSession {
  readonly session: NotebookSession;
  readonly folder: string;
  readonly notices: string[];
  readonly write: (name: string, text: string) => void;
  readonly run: (code: string, options?: Partial<ExecuteOptions>) => Promise<Ran>;
  /** Runs a cell and stops it as soon as it has printed `running`. */
  readonly interrupted: (code: string) => Promise<Ran>;
}

export function sessionOfTest(options: Partial<SessionOptions> = {}): TestSession {
  const notices: string[] = [];
  let session: NotebookSession;
  let folder = '';
  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'binvit session ')));
    session = startSession({ cwd: folder, typeCheck: 'off', figurePictures: false, onNotice: sentence => { notices.push(sentence); }, ...options });
  });
  afterAll(async () => {
    await session.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const run = async (code: string, more: Partial<ExecuteOptions> = {}): Promise<Ran> => {
    const events: OutputEvent[] = [];
    const { output, ...rest } = more;
    const result = await session.execute(code, { cell: { id: 'cell' }, ...rest, output: event => { events.push(event); output?.(event); } });
    return {
      result, events,
      get text() { return events.map(event => (event.type === 'stream' ? event.text : '')).join(''); },
      get value() { return (resultOf(events)?.['text/plain'] ?? null) as string | null; },
    };
  };
  return {
    notices, run,
    get session() { return session; },
    get folder() { return folder; },
    write(name, text) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    },
    interrupted: code => {
      let stopped: Promise<void> | null = null;
      return run(code, { output: event => { if (event.type === 'stream' && event.text.includes('running')) stopped ??= session.interrupt(); } });
    },
  };
}

/** MIME bundle of a cell's result. */
export function resultOf(events: readonly OutputEvent[]): MimeBundle | null {
  const last = events.at(-1);
  return last?.type === 'result' ? last.data : null;
}

/** The error of a cell that failed. */
export function errorOf({ result }: Ran): Extract<ExecuteResult, { status: 'error' }>['error'] {
  if (result.status === 'ok') throw new Error('expected the cell to fail, found that it succeeded');
  return result.error;
}
