import type { MimeBundle } from '../session/types.js';

/** A value in the forms in which it can be shown. */
export interface Rich {
  readonly data: MimeBundle;
  readonly metadata: MimeBundle;
  /** Makes more forms, for which the display need not wait; `null` when there are none. */
  readonly later: (() => Promise<MimeBundle>) | null;
}

/** Objects with a method of this name say themselves how they are shown: it returns a MIME bundle, or a promise of one. */
export const displaySymbol = Symbol.for('Jupyter.display');

/** Something that is shown in a given form. */
export interface Content {
  readonly [displaySymbol]: () => MimeBundle;
}

/** @param data a MIME bundle */
export function rich(data: MimeBundle): Rich {
  return { data, metadata: {}, later: null };
}
