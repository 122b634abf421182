/**
 * Declarations of the names that every cell has: those of `binvit/notebook` that need no import.
 */
export const cellGlobals = `
/** Shows a value in its richest forms, in the cell's output; the handle shows another value in the same place. */
declare function display(value: unknown, options?: { readonly id?: string }): { readonly id: string; update(value: unknown): void };
/** Shows a figure: plotly traces, or traces and layout. */
declare function show(figure: unknown): void;
/** Asks the person in front of the notebook. */
declare function input(prompt?: string, options?: { readonly password?: boolean }): Promise<string>;
/** Empties the cell's output; with \`wait\` when the next output comes. */
declare function clear(options?: { readonly wait?: boolean }): void;
`;
