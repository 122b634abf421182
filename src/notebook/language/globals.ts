/** Packages whose types come with the globals, whether they are installed or not: the session brings them. */
export const declaredPackages: ReadonlySet<string> = new Set(['tslab']);

/** Types of what the functions in {@link cellGlobals} give; a file of their own gives them names that cells may use otherwise. */
export const apiTypes = `
export interface DisplayHandle {
  readonly id: string;
  /** Shows another value in the same place, also from a later cell. */
  update(value: unknown): void;
}
export interface Progress {
  /** @param done how much is done by now @param note a few words beside the bar */
  update(done: number, note?: string): void;
}
`;

/**
 * Declarations of the names that every cell has without an import: the functions of `binvit/notebook` of the same names, with
 * the same types. And of the display API of tslab, as the session offers it.
 */
export const cellGlobals = `
/**
 * Shows a value in its richest forms in the cell's output.
 *
 * @param options.id name of the display, by which a later cell can replace it
 * @param options.update replaces the displays of that name instead of adding one
 */
declare function display(value: unknown, options?: { readonly id?: string; readonly update?: boolean }): import('./__binvit_api').DisplayHandle;
/**
 * Shows a plotly figure.
 *
 * @param figure its traces, or traces and layout
 */
declare function show(figure: readonly object[] | { readonly data: readonly object[]; readonly layout?: object; readonly alternative?: string }): import('./__binvit_api').DisplayHandle;
/** Empties the cell's output; with \`wait\` when the next output comes. */
declare function clear(options?: { readonly wait?: boolean }): void;
/** Asks the person in front of the notebook, and waits for the answer. */
declare function input(prompt?: string, options?: { readonly password?: boolean }): Promise<string>;
/**
 * Shows how far a task is, in one place that is kept up to date; where that is not possible, as a line for every tenth.
 *
 * @param work the items of a loop, which it hands through, or a number of steps, whose progress is then told by \`update\`
 */
declare function progress(work: number, label?: string): import('./__binvit_api').Progress;
declare function progress<Item>(work: readonly Item[], label?: string): Iterable<Item>;
declare module 'tslab' {
  /** Shows values, each as one MIME type. */
  export interface Display {
    javascript(text: string): void;
    html(text: string): void;
    markdown(text: string): void;
    latex(text: string): void;
    svg(text: string): void;
    png(bytes: Uint8Array): void;
    jpeg(bytes: Uint8Array): void;
    gif(bytes: Uint8Array): void;
    pdf(bytes: Uint8Array): void;
    text(text: string): void;
    raw(contentType: string, content: string | Uint8Array): void;
  }
  /** Versions of the API, of the compiler and of Node. */
  export const versions: { tslab: string; typescript: string; node: string };
  /** A display in which every value takes the place of the one before. */
  export function newDisplay(): Display;
  /** Shows every value in a place of its own. */
  export const display: Display;
}
`;
