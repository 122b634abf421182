import { parentPort, workerData } from 'node:worker_threads';
import type { Figure } from './figure.js';
import { SvgRenderer } from './svg-renderer.js';

// Thread of exportSvgs: draws all figures with one renderer and sends each picture as soon as it is there.
const renderer = new SvgRenderer();
for (const figure of workerData as Figure[]) parentPort?.postMessage(await renderer.draw(figure));
renderer.close();
