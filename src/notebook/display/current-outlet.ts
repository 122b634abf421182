import { describe } from './describe.js';
import type { Outlet } from './outlet.js';
import type { Rich } from './rich.js';
import { textOutlet } from './text-outlet.js';
import { tslabOutlet } from './tslab-outlet.js';

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
