import { randomUUID } from 'node:crypto';
import { type FigureLike, isFigure } from './figure.js';
import { outlet, showThrough } from './current-outlet.js';
import { displaySymbol } from './rich.js';

/** Something that is on display. */
export interface DisplayHandle {
  readonly id: string;
  /** Shows another value in the same place, also from a later cell. */
  update(value: unknown): void;
}

/** Options of {@link display}. */
export interface DisplayOptions {
  /** Name of the display, by which a later cell can replace it. Default: a new one. */
  readonly id?: string;
  /** Replaces the displays of that name instead of adding one. Default `false`. */
  readonly update?: boolean;
}

/** Shows a value in its richest forms in the cell's output; outside a notebook its text is printed. */
export function display(value: unknown, { id = randomUUID(), update = false }: DisplayOptions = {}): DisplayHandle {
  const target = outlet();
  showThrough(target, value, id, update);
  const handle: DisplayHandle = { id, update: next => { showThrough(outlet(), next, id, true); } };
  // What it stands for is on display already: as the value of a cell it shows nothing more.
  return Object.defineProperty(handle, displaySymbol, { value: () => ({}) });
}

/**
 * Shows a plotly figure.
 *
 * @param figure its traces, or traces and layout
 * @throws TypeError when it is neither
 */
export function show(figure: readonly object[] | FigureLike): DisplayHandle {
  const whole: unknown = 'data' in figure ? { ...figure, layout: figure.layout ?? {} } : { data: figure, layout: {} };
  if (!isFigure(whole)) throw new TypeError('show: expected plotly traces, or { data, layout }, found something else');
  return display(whole);
}

/** Empties the cell's output; with `wait` when the next output comes. */
export function clear({ wait = false }: { readonly wait?: boolean } = {}): void {
  outlet().clear(wait);
}

/**
 * Asks the person in front of the notebook, and waits for the answer.
 *
 * @throws Error where nobody can be asked
 */
export function input(prompt = '', { password = false }: { readonly password?: boolean } = {}): Promise<string> {
  return outlet().input(prompt, password);
}
