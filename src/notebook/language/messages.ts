import type { CellReference, Diagnostic } from '../session/types.js';
import type { CellLanguage } from './cell-language.js';

/** The server's end of the pipe through which requests and replies go. */
export const descriptor = 3;
/** The server's end of the pipe through which cells go to the session's process. */
export const cellsDescriptor = 4;

/** How a cell is to be run, see `RunnableCell`. */
export interface RunOrder {
  readonly run: number;
  /** Whether errors of types count. */
  readonly check: boolean;
  readonly figurePictures: boolean;
  readonly canAsk: boolean;
}

/** Why a cell does not run. */
export interface Refusal {
  readonly kind: 'syntax' | 'type';
  readonly diagnostics: readonly Diagnostic[];
}

/** What the server does for its client. */
export interface LanguageMethods extends Pick<CellLanguage, 'diagnose' | 'complete' | 'inspect' | 'signatureHelp' | 'isComplete'> {
  /** Sends a cell that is right to the session's process, and makes what it declares visible to later ones. */
  run(code: string, cell: CellReference, order: RunOrder): Refusal | null;
}

export type LanguageMethod = keyof LanguageMethods;

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

export type LanguageResult<M extends LanguageMethod> = ReturnType<LanguageMethods[M]>;
