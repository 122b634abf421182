import type { Rich } from './rich.js';

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
