import { randomUUID } from 'node:crypto';
import { outlet, showThrough } from './current-outlet.js';
import type { Outlet } from './outlet.js';
import { displaySymbol, type Content } from './rich.js';
import { escapeHtml } from './table.js';

/** A task of which it is known how much there is to do. */
export interface Progress {
  /** @param done how much is done by now @param note a few words beside the bar */
  update(done: number, note?: string): void;
}

/** More often nobody can look. */
const intervalMs = 100;
/** Where a line cannot be replaced, one is printed whenever another tenth is done. */
const plainSteps = 10;

/**
 * Shows how far a task is, in one place that is kept up to date; where that is not possible, as a line for every tenth.
 *
 * @param work the items of a loop, which it hands through, or a number of steps, whose progress is then told by `update`
 */
export function progress(work: number, label?: string): Progress;
export function progress<Item>(work: readonly Item[], label?: string): Iterable<Item>;
export function progress<Item>(work: number | readonly Item[], label = ''): Progress | Iterable<Item> {
  if (typeof work === 'number') return new ProgressBar(work, label);
  return handedThrough(work, label);
}

function* handedThrough<Item>(items: readonly Item[], label: string): Iterable<Item> {
  const bar = new ProgressBar(items.length, label);
  for (const [index, item] of items.entries()) {
    yield item;
    bar.update(index + 1);
  }
}

class ProgressBar implements Progress {
  readonly #total: number;
  readonly #label: string;
  readonly #outlet: Outlet = outlet();
  readonly #id = randomUUID();
  readonly #start = performance.now();
  #shownAt = -Infinity;
  #shownStep = 0;

  constructor(total: number, label: string) {
    this.#total = total;
    this.#label = label;
    if (this.#outlet.updates) showThrough(this.#outlet, this.#content(0, ''), this.#id, false);
  }

  update(done: number, note = ''): void {
    if (this.#isDue(done)) showThrough(this.#outlet, this.#content(done, note), this.#id, true);
  }

  #isDue(done: number): boolean {
    if (!this.#outlet.updates) {
      const step = Math.floor((plainSteps * done) / this.#total);
      if (step <= this.#shownStep) return false;
      this.#shownStep = step;
      return true;
    }
    const now = performance.now();
    if (done < this.#total && now - this.#shownAt < intervalMs) return false;
    this.#shownAt = now;
    return true;
  }

  #content(done: number, note: string): Content {
    const seconds = ((performance.now() - this.#start) / 1000).toFixed(1);
    const words = [this.#label, `${done}/${this.#total}`, `${seconds} s`, note].filter(text => text !== '').join('  ');
    const html = `<progress max="${this.#total}" value="${done}" aria-label="${escapeHtml(this.#label || 'progress')}"></progress> <code>${escapeHtml(words)}</code>`;
    return { [displaySymbol]: () => ({ 'text/html': html, 'text/plain': words }) };
  }
}
