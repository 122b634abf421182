import { parentPort } from 'node:worker_threads';
import type { Figure } from './figure.js';
import { SvgRenderer } from './svg-renderer.js';
import type { Drawn } from './svg-thread.js';

/* The thread of drawInThread: draws the figures that it is sent, one after the other. */

let renderer: SvgRenderer | null = null;
let last = Promise.resolve();

parentPort!.on('message', (figure: Figure) => {
  last = last.then(async () => { parentPort!.postMessage(await draw(figure)); });
});

async function draw(figure: Figure): Promise<Drawn> {
  try {
    renderer ??= new SvgRenderer();
    return { svg: await renderer.draw(figure) };
  } catch (error) {
    // What is left of a figure that failed must not get into the next one.
    renderer?.close();
    renderer = null;
    return { error: error as Error };
  }
}
