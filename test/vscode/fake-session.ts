import type { ExecuteOptions, ExecuteResult, NotebookSession } from '../../src/notebook/index.js';

/** What a cell does; its code names it. */
export type CellScript = (options: ExecuteOptions) => Promise<void> | void;

/** A session whose cells do what a test says. */
export function fakeSession(scripts: Readonly<Record<string, CellScript>>): NotebookSession {
  let count = 0;
  const session: Partial<NotebookSession> = {
    async execute(code: string, options: ExecuteOptions): Promise<ExecuteResult> {
      count += 1;
      options.started?.(count);
      try {
        await scripts[code]!(options);
        return { status: 'ok', executionCount: count, durationMs: 0 };
      } catch (error) {
        const { name, message } = error as Error;
        return {
          status: 'error', executionCount: count, durationMs: 0,
          error: { kind: 'thrown', name, message, frames: [], traceback: [`${name}: ${message}`], cause: null, errors: [], diagnostics: [] },
        };
      }
    },
    interrupt: () => Promise.resolve(),
    restart: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  return session as NotebookSession;
}
