import type { CellError, InputRequest, OutputEvent, Variable } from './types.js';

/** A source map of version 3, as far as positions need it. */
export interface SourceMap {
  readonly version: 3;
  readonly sources: readonly string[];
  readonly sourcesContent?: readonly string[];
  readonly names: readonly string[];
  readonly mappings: string;
}

/** A cell as the session's process runs it. */
export interface RunnableCell {
  readonly code: string;
  readonly sourceMap: SourceMap;
  readonly id: string;
  readonly name: string;
  readonly figurePictures: boolean;
  /** Whether someone answers `input()`. */
  readonly canAsk: boolean;
  /** Names that the cell declares. */
  readonly declares: readonly string[];
}

/** From the language service to the main thread of the session's process. `run` numbers what the session asks for, upwards from 1. */
export interface ExecuteRequest {
  readonly run: number;
  readonly cell: RunnableCell;
}

/** From the session to the main thread of its process. */
export type SessionRequest =
  | { readonly type: 'variables'; readonly run: number }
  | { readonly type: 'answer'; readonly question: number; readonly text: string }
  | { readonly type: 'noAnswer'; readonly question: number; readonly reason: string };

/** From the session to the interrupt thread of its process: stops the run if it has not ended. */
export interface InterruptRequest {
  readonly run: number;
}

/** From the process to the session. */
export type SessionReport =
  /** `inspectorUrl` is `null` when the inspector was not asked for. */
  | { readonly type: 'ready'; readonly inspectorUrl: string | null }
  | { readonly type: 'output'; readonly run: number; readonly event: OutputEvent }
  | { readonly type: 'input'; readonly run: number; readonly question: number; readonly request: InputRequest }
  /** What stands in the raw stdout and stderr before their next `fenceMark` came before what is reported from now on. */
  | { readonly type: 'fence' }
  /** After everything that the run printed. */
  | { readonly type: 'end'; readonly run: number; readonly error: CellError | null }
  | { readonly type: 'variables'; readonly run: number; readonly variables: readonly Variable[] }
  /** The code ends the process; `error` tells where. */
  | { readonly type: 'exit'; readonly error: CellError };

/** What the runtime writes to the raw stdout and stderr with each report of a fence. */
export const fenceMark = '\u0000binvit\u0000';
