import type { CellLanguage } from './cell-language.js';

/** The server's end of the pipe through which requests and replies go. */
export const descriptor = 3;

/** What the server does for its client, by name. */
export type LanguageMethod = 'reset' | 'prepare' | 'commit' | 'diagnose' | 'complete' | 'inspect' | 'signatureHelp' | 'isComplete';

export interface LanguageRequest {
  readonly id: number;
  readonly method: LanguageMethod;
  readonly args: readonly unknown[];
}

/** An answer to a request, or why there will be none to any. */
export type LanguageReply =
  | { readonly id: number; readonly status: 'ok'; readonly value: unknown }
  | { readonly id: number; readonly status: 'error'; readonly error: ErrorRecord }
  | { readonly status: 'stopped'; readonly error: ErrorRecord };

/** An error as JSON. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

export type LanguageResult<M extends LanguageMethod> = ReturnType<CellLanguage[M]>;
