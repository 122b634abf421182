import type { Outlet, Rich } from '../../display/index.js';
import type { MimeBundle } from '../types.js';
import { ask } from './input.js';
import { runOfCode, runOfOutput } from './runs.js';
import { output } from './streams.js';

/** Values on display of which there will be a picture, by display id. */
const undrawn = new Map<string, Rich>();
const drawing = new Set<string>();

/** Shows what cells display. */
export const sessionOutlet: Outlet = {
  updates: true,
  show(value, displayId) {
    output({ type: 'display', data: value.data, metadata: value.metadata, displayId });
    complete(value, displayId);
  },
  update(value, displayId) {
    output({ type: 'update', data: value.data, metadata: value.metadata, displayId });
    complete(value, displayId);
  },
  clear(wait) {
    output({ type: 'clear', wait });
  },
  input: ask,
  wait(work) {
    const pending = runOfCode()?.pending;
    const done = work.finally(() => { pending?.delete(done); });
    pending?.add(done);
  },
};

/** All forms of a value that can be had; pictures that cannot be drawn are left out. */
export async function allForms({ data, later }: Rich, wantsPictures: boolean): Promise<MimeBundle> {
  if (later === null || !wantsPictures) return data;
  const more = await later().catch(() => ({}));
  return { ...data, ...more };
}

/** Adds to a display what takes longer. The cell ends after it. */
function complete(value: Rich, displayId: string): void {
  if (value.later === null || runOfOutput()?.cell.figurePictures !== true) {
    undrawn.delete(displayId);
    return;
  }
  undrawn.set(displayId, value);
  if (!drawing.has(displayId)) sessionOutlet.wait(draw(displayId));
}

/** Draws the value that is on display; when it is replaced meanwhile, the new one. */
async function draw(displayId: string): Promise<void> {
  drawing.add(displayId);
  for (let value = undrawn.get(displayId); value !== undefined; value = undrawn.get(displayId)) {
    const data = await allForms(value, true);
    if (undrawn.get(displayId) !== value) continue;
    undrawn.delete(displayId);
    output({ type: 'update', data, metadata: value.metadata, displayId });
  }
  drawing.delete(displayId);
}
