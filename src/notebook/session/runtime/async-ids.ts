/** The part of Node's internal `async_wrap` that `process.binding` gives out up to Node 22. */
interface AsyncWrapBinding {
  clearAsyncIdStack(): void;
}

const binding = asyncWrapBinding();

/**
 * Empties Node's stack of async ids. Node pushes an id before it calls back and pops it afterwards, which a termination skips;
 * then it aborts, since the stack has to be empty between callbacks.
 */
export function clearAsyncIds(): void {
  if (binding !== null) binding.clearAsyncIdStack();
  else clearByUncaughtException();
}

function asyncWrapBinding(): AsyncWrapBinding | null {
  const { noDeprecation } = process;
  try {
    process.noDeprecation = true;
    return (process as unknown as { binding(name: string): AsyncWrapBinding }).binding('async_wrap');
  } catch {
    return null;
  } finally {
    process.noDeprecation = noDeprecation ?? false;
  }
}

/** Node empties the stack when it has handled an exception that nobody caught. */
function clearByUncaughtException(): void {
  const ignore = (): void => undefined;
  process.setUncaughtExceptionCaptureCallback(ignore);
  (process as unknown as { _fatalException(error: unknown): boolean })._fatalException(new Error('interrupted'));
  process.setUncaughtExceptionCaptureCallback(null);
}
