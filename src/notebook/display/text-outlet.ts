import { createInterface } from 'node:readline/promises';
import type { Outlet } from './outlet.js';
import type { Rich } from './rich.js';

/** Prints the text of what is shown; for code that runs in no notebook. */
export const textOutlet: Outlet = {
  updates: false,
  show: print,
  update: print,
  clear: () => undefined,
  async input(prompt) {
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    try {
      return await terminal.question(prompt);
    } finally {
      terminal.close();
    }
  },
  wait: work => { void work; },
};

function print({ data }: Rich): void {
  console.log(data['text/plain']);
}
