/** What the shell sees. */
export const exitCode = { ok: 0, failure: 1, usage: 2, interrupted: 130, terminated: 143 } as const;

/** One sentence on stderr; the stack only when asked for. */
export function reportError(error: unknown, verbose: boolean): void {
  process.stderr.write(`binvit: ${sentence(error)}\n`);
  if (verbose && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
}

/** What the system says of a file in words for those who do not know its codes. */
function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, path, message } = error as NodeJS.ErrnoException;
  const words = code === undefined ? undefined : systemErrors[code];
  return path === undefined || words === undefined ? message : `${path}: ${words}`;
}

const systemErrors: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'the system refuses access to it',
  EPERM: 'the system refuses access to it',
  EISDIR: 'expected a file, found a folder',
  ENOTDIR: 'expected a folder, found a file',
  EROFS: 'it lies on a file system that cannot be written',
  ENOSPC: 'the disk is full',
};
