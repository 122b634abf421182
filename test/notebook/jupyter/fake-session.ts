import type { CellError, ExecuteOptions, ExecuteResult, NotebookSession } from '../../../src/notebook/session/index.js';

/** What a cell of a {@link fakeSession} does; it fails with what it throws. */
export type FakeCell = (options: ExecuteOptions, interrupted: Promise<void>) => void | Promise<void>;

/** A session whose cells are functions by name, and that answers no question unless `answers` does. */
export function fakeSession(cells: Readonly<Record<string, FakeCell>>, answers: Partial<NotebookSession> = {}): NotebookSession {
  let executionCount = 0;
  let interrupt = (): void => undefined;
  const unanswered = (): never => { throw new Error('the fake session does not know this'); };
  return {
    async execute(code, options): Promise<ExecuteResult> {
      if (!options.silent && options.storeHistory !== false) executionCount += 1;
      options.started?.(executionCount);
      const interrupted = new Promise<void>(resolve => { interrupt = resolve; });
      try {
        await cells[code]?.(options, interrupted);
        return { status: 'ok', executionCount, durationMs: 0 };
      } catch (error) {
        return { status: 'error', executionCount, durationMs: 0, error: cellError(error as Error) };
      }
    },
    interrupt: () => {
      interrupt();
      return Promise.resolve();
    },
    get executionCount() { return executionCount; },
    history: { tail: () => [], range: () => [], search: () => [] },
    evaluate: unanswered, restart: unanswered, complete: unanswered, inspect: unanswered, signatureHelp: unanswered,
    isComplete: unanswered, diagnose: unanswered, variables: unanswered, inspectorUrl: unanswered,
    close: () => Promise.resolve(),
    ...answers,
  };
}

function cellError({ name, message }: Error): CellError {
  return { kind: 'thrown', name, message, frames: [], traceback: [`${name}: ${message}`], cause: null, errors: [], diagnostics: [] };
}
