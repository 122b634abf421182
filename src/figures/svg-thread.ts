import { Worker } from 'node:worker_threads';
import type { Figure } from './figure.js';

/** What the thread says of a figure. */
export type Drawn = { readonly svg: string } | { readonly error: Error };

interface Order {
  readonly drawn: (svg: string) => void;
  readonly failed: (error: Error) => void;
}

/** It takes a second to start and holds 100 to 250 MB, so it waits so long for the next figure. */
const keepMs = 10_000;

/** Node starts a thread from JavaScript only, so the built file runs, whether this module was compiled or not. */
const workerUrl = new URL('../../dist/figures/svg-worker.js', import.meta.url);

let current: SvgThread | null = null;

/**
 * Draws a figure in a thread with Plotly in it, which starts with the first figure and draws one after the other. It does not
 * keep the process from ending, and ends itself when there has been nothing to draw for ten seconds.
 *
 * @returns the figure as an SVG document
 */
export function drawInThread(figure: Figure): Promise<string> {
  current ??= new SvgThread();
  return current.draw(figure);
}

class SvgThread {
  // Node's flags are those of the program (`--input-type` of one on the command line would refuse the thread's file).
  readonly #worker = new Worker(workerUrl, { execArgv: [] });
  /** In the order in which they are drawn. */
  readonly #orders: Order[] = [];
  #idle: NodeJS.Timeout | undefined;

  constructor() {
    this.#worker.on('message', (drawn: Drawn) => {
      const order = this.#orders.shift()!;
      if ('svg' in drawn) order.drawn(drawn.svg);
      else order.failed(drawn.error);
      if (this.#orders.length === 0) this.#rest();
    });
    this.#worker.on('error', error => { this.#end(error); });
    this.#worker.on('exit', code => { this.#end(new Error(`static figure export: the thread that draws ended with code ${code}`)); });
  }

  draw(figure: Figure): Promise<string> {
    return new Promise((drawn, failed) => {
      this.#worker.postMessage(figure);
      this.#orders.push({ drawn, failed });
      clearTimeout(this.#idle);
      this.#worker.ref();
    });
  }

  #rest(): void {
    this.#worker.unref();
    this.#idle = setTimeout(() => {
      if (current === this) current = null;
      void this.#worker.terminate();
    }, keepMs).unref();
  }

  #end(reason: Error): void {
    if (current === this) current = null;
    clearTimeout(this.#idle);
    for (const { failed } of this.#orders.splice(0)) failed(reason);
  }
}
