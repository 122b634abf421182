/** What the shell sees. */
export const exitCode = { ok: 0, failure: 1, usage: 2, interrupted: 130, terminated: 143 } as const;

/** One sentence on stderr; the stack only when asked for. */
export function reportError(error: unknown, verbose: boolean): void {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`binvit: ${message}\n`);
  if (verbose && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
}
