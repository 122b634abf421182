/**
 * What a notebook session takes and gives: plain data, without the words of any front end.
 *
 * Positions are counted the way an editor shows them to a programmer: lines and columns from 1, columns in UTF-16 units.
 * Offsets into code are UTF-16 units from 0; a front end that counts code points (Jupyter) converts.
 */

/** JSON, as it goes over a wire and into a notebook file. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * One result in several MIME types, all of them the same content. Text types are strings, JSON types (`application/json`,
 * `application/*+json`) are values, images other than SVG are base64 without line breaks.
 */
export type MimeBundle = Readonly<Record<string, Json>>;

/** The cell that code comes from. */
export interface CellReference {
  /** Stable while the cell lives, whatever its place and text: nbformat's cell id, or the editor's URI. */
  readonly id: string;
  /** What a traceback calls it; `Cell [n]` with the execution count when left out. */
  readonly name?: string;
  /** File name that a debugger shows for the cell's code; `binvit-cell:<id>` when left out. */
  readonly uri?: string;
  readonly language?: 'typescript' | 'tsx' | 'javascript';
}

/** A place in a cell or file, as typed by the user. */
export interface SourceRange {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** What TypeScript says of a cell. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning' | 'suggestion';
  /** TypeScript's number, as in `TS2322`. */
  readonly code: number;
  readonly message: string;
  /** In the cell's own coordinates; in those of `file` where that is not `null`. */
  readonly range: SourceRange;
  /** Path of the imported local file that is wrong; `null` for the cell itself. */
  readonly file: string | null;
}

/** One frame of a traceback that belongs to the user's code. */
export interface ErrorFrame {
  /** Name of the function or method, `null` at the top level of a cell or module. */
  readonly function: string | null;
  /** The cell; `null` where the frame is in a file. */
  readonly cell: { readonly id: string; readonly name: string } | null;
  /** Path of the file; `null` where the frame is in a cell. */
  readonly file: string | null;
  readonly line: number;
  readonly column: number;
}

/** Why a cell failed. */
export interface CellError {
  /**
   * `thrown`: by the code; `type`: TypeScript refused the cell, nothing ran; `syntax`: it does not parse, nothing ran;
   * `interrupted`: the user stopped it; `crashed`: the process that ran it is gone, and with it the session's state.
   */
  readonly kind: 'thrown' | 'type' | 'syntax' | 'interrupted' | 'crashed';
  /** Class of the error, `TypeError`; for a thrown value that is no Error the name of its type. */
  readonly name: string;
  readonly message: string;
  /** Frames of the user's code, innermost first; those of the machinery and of Node are left out. */
  readonly frames: readonly ErrorFrame[];
  /** Lines to print, without terminal colours: heading, code frame of the failing line, frames, causes. */
  readonly traceback: readonly string[];
  readonly cause: CellError | null;
  /** Of an AggregateError. */
  readonly errors: readonly CellError[];
  /** Of kinds `type` and `syntax`. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What a cell shows while (and after) it runs, in the order in which it was shown. */
export type OutputEvent =
  | { readonly type: 'stream'; readonly name: 'stdout' | 'stderr'; readonly text: string }
  | { readonly type: 'display'; readonly data: MimeBundle; readonly metadata: MimeBundle; readonly displayId: string | null }
  /** Replaces every display of that id, in whichever cell. */
  | { readonly type: 'update'; readonly data: MimeBundle; readonly metadata: MimeBundle; readonly displayId: string }
  /** Empties the cell's output; with `wait` when the next output comes. */
  | { readonly type: 'clear'; readonly wait: boolean }
  /** The value of the cell's last expression; at most one, the last event of a cell that succeeds. */
  | { readonly type: 'result'; readonly data: MimeBundle; readonly metadata: MimeBundle };

/** A question of the running cell to the person in front of it. */
export interface InputRequest {
  readonly prompt: string;
  readonly password: boolean;
}

export interface ExecuteOptions {
  readonly cell: CellReference;
  /** Called in order; also after the cell has ended, for what its timers and promises print later. */
  readonly output: (event: OutputEvent) => void;
  /** Answers `input()`; without it, `input()` throws. An interrupt aborts `signal`. */
  readonly input?: (request: InputRequest, signal: AbortSignal) => Promise<string>;
  /** No outputs, no history, no count. */
  readonly silent?: boolean;
  /** `false` keeps the execution count and leaves the cell out of the history. */
  readonly storeHistory?: boolean;
  /** Called once when the cell's turn has come, with its execution count, before any output. */
  readonly started?: (executionCount: number) => void;
}

export type ExecuteResult =
  | { readonly status: 'ok'; readonly executionCount: number; readonly durationMs: number }
  | { readonly status: 'error'; readonly executionCount: number; readonly durationMs: number; readonly error: CellError };

export interface SessionOptions {
  /** Folder of the notebook: relative imports, files and the nearest `tsconfig.json` are looked for from here. */
  readonly cwd: string;
  /** What a type error does: stop the cell before it runs (default), be printed to stderr, or nothing. */
  readonly typeCheck?: 'error' | 'warn' | 'off';
  /** TypeScript's `strict` where no `tsconfig.json` says otherwise. Default `true`. */
  readonly strict?: boolean;
  /** Adds a static SVG to every displayed figure, for front ends without a plotly renderer. Default `true`. */
  readonly figurePictures?: boolean;
  /** Open the inspector of the session's process on 127.0.0.1, for a debugger. Default `false`. */
  readonly inspect?: boolean;
  /** Executable and variables of the session's two processes, arguments of the one in which cells run; this process's own when left out. */
  readonly node?: { readonly path: string; readonly args?: readonly string[]; readonly env?: Readonly<Record<string, string>> };
  /** Append-only file of the history; kept in memory only when left out, and from when on it cannot be written. */
  readonly historyFile?: string;
  /**
   * Told in a sentence what no cell's error says: the process of the session died and was started anew while no cell ran; the
   * history cannot be written.
   */
  readonly onNotice?: (sentence: string) => void;
}

/** A language question about code that is not (yet) run. */
export interface LanguageContext {
  /**
   * Code of the cells above, in document order, in place of the cells that were executed: an editor knows them before they
   * ran. Left out: the executed cells count.
   */
  readonly preceding?: readonly { readonly id: string; readonly code: string }[];
  readonly language?: CellReference['language'];
}

export interface CompletionItem {
  readonly label: string;
  /** TypeScript's word for its kind: `method`, `const`, `class`, `module`, ... */
  readonly kind: string;
  /** What replaces `[start, end)`. */
  readonly insertText: string;
  readonly sortText: string;
}

export interface Completions {
  /** Offsets of the text that the chosen item replaces. */
  readonly start: number;
  readonly end: number;
  readonly items: readonly CompletionItem[];
}

export interface Inspection {
  /** The declaration, `const a: number`. */
  readonly signature: string;
  /** Markdown of its documentation and tags; empty when there is none. */
  readonly documentation: string;
  readonly start: number;
  readonly end: number;
}

export interface SignatureHelp {
  readonly signatures: readonly { readonly label: string; readonly documentation: string; readonly parameters: readonly { readonly label: string; readonly documentation: string }[] }[];
  readonly activeSignature: number;
  readonly activeParameter: number;
}

export type Completeness =
  | { readonly status: 'complete' | 'invalid' }
  /** `indent`: white space that the next line should begin with. */
  | { readonly status: 'incomplete'; readonly indent: string };

/** A variable of the session, as it is now. */
export interface Variable {
  readonly name: string;
  /** Type as the runtime sees it: `number`, `Array(3)`, `Tensor float32 [2,3]`, ... */
  readonly type: string;
  /** One line, cut. */
  readonly preview: string;
  /** Bytes, elements or entries, in words; empty where it says nothing. */
  readonly size: string;
}

export interface HistoryEntry {
  /** Counts sessions of the history file from 1. */
  readonly session: number;
  readonly line: number;
  readonly code: string;
}

/** The cells that were executed, over the sessions of one history file. */
export interface History {
  tail(count: number): readonly HistoryEntry[];
  /** `session` 0 is the current one, negative ones count back; `stop` is exclusive, `null` means to the end. */
  range(session: number, start: number, stop: number | null): readonly HistoryEntry[];
  /** Glob pattern with `*` and `?`; `unique` keeps the last of equal ones. */
  search(pattern: string, count: number, unique: boolean): readonly HistoryEntry[];
}

/** A session: code runs in a process of its own, language questions are answered meanwhile. */
export interface NotebookSession {
  /** Cells run one after another, in the order of the calls. Never rejects for what the cell does. */
  execute(code: string, options: ExecuteOptions): Promise<ExecuteResult>;
  /** Evaluates one expression in the session and describes its value; outputs are dropped. Queued like a cell. */
  evaluate(expression: string): Promise<{ readonly status: 'ok'; readonly data: MimeBundle } | { readonly status: 'error'; readonly error: CellError }>;
  /** Stops the running cell, `while (true) {}` included; the state is kept. Resolves when it has stopped. */
  interrupt(): Promise<void>;
  /** A fresh process and fresh names; the running cell and the waiting ones fail. The history and the count go on from 1. */
  restart(): Promise<void>;
  /** Ends it for good: the running cell fails, those that wait and those to come do. */
  close(): Promise<void>;
  complete(code: string, offset: number, context?: LanguageContext): Promise<Completions>;
  inspect(code: string, offset: number, context?: LanguageContext): Promise<Inspection | null>;
  signatureHelp(code: string, offset: number, context?: LanguageContext): Promise<SignatureHelp | null>;
  isComplete(code: string): Promise<Completeness>;
  diagnose(code: string, context?: LanguageContext): Promise<readonly Diagnostic[]>;
  variables(): Promise<readonly Variable[]>;
  readonly history: History;
  readonly executionCount: number;
  /** `ws://127.0.0.1:...` of the process's inspector; `null` when it was not asked for. */
  inspectorUrl(): Promise<string | null>;
}
