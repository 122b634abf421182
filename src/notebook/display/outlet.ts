import { describe } from './describe.js';
import type { Rich } from './rich.js';
import { tslabOutlet } from './tslab-outlet.js';
import { textOutlet } from './text-outlet.js';

/** Where outputs go: the session that runs the code, another kernel, or a terminal. */
export interface Outlet {
  /** Whether a display can be replaced by another one. */
  readonly updates: boolean;
  show(value: Rich, displayId: string): void;
  /** Replaces the displays of that id. */
  update(value: Rich, displayId: string): void;
  clear(wait: boolean): void;
  input(prompt: string, password: boolean): Promise<string>;
  /** Something goes on that belongs to the output of the running code. */
  wait(work: Promise<void>): void;
}

/** Key of the global variable by which a session offers its outlet, to any copy of this package. */
export const outletKey = Symbol.for('binvit.notebook.outlet');

/** The outlet of the place where the code runs. */
export function outlet(): Outlet {
  return (globalThis as { [outletKey]?: Outlet })[outletKey] ?? tslabOutlet() ?? textOutlet;
}

/** Shows a value through an outlet; with `update` in place of the displays of that id. */
export function showThrough(target: Outlet, value: unknown, displayId: string, update: boolean): void {
  const described = describe(value);
  const show = (shown: Rich): void => {
    if (update) target.update(shown, displayId);
    else target.show(shown, displayId);
  };
  if (described instanceof Promise) target.wait(described.then(show));
  else show(described);
}
