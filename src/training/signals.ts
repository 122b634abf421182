/** Early handlers of SIGINT and SIGTERM, see {@link stopSignal}. */
export interface StopSignal {
  /** Aborted by the first signal; pass it to `train`. */
  readonly signal: AbortSignal;
  /** The exit code that the received signal asks for (128 + its number), or `null` when none came. */
  exitCode(): 130 | 143 | null;
  /** Removes the handlers. */
  dispose(): void;
}

/**
 * Installs handlers of SIGINT and SIGTERM. Call it first thing, before anything slow is loaded: a run that is stopped while
 * it starts then ends as cleanly as one that trains. A second signal ends the process at once; the last checkpoint stays.
 */
export function stopSignal(): StopSignal {
  const controller = new AbortController();
  let code: 130 | 143 | null = null;
  const receive = (received: 130 | 143) => (): void => {
    if (code !== null) process.exit(received);
    code = received;
    controller.abort();
  };
  const onInterrupt = receive(130);
  const onTerminate = receive(143);
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  return {
    signal: controller.signal,
    exitCode: () => code,
    dispose: () => {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
    },
  };
}
