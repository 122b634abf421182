import type { MessagePort } from 'node:worker_threads';
import type { SourceMap } from '../../messages.js';

/** What the loader's thread is given when it starts. */
export interface HookData {
  readonly port: MessagePort;
  /** The module whose imports are those of the cells. */
  readonly importer: string;
  /** Path of a file in the notebook's folder that stands for its cells. */
  readonly notebook: string;
  readonly tslab: string;
}

/** To the loader's thread: files that are loaded anew from now on, with the number of their version. */
export type VersionMessage = ReadonlyMap<string, number>;

/** From the loader's thread. */
export type LoaderMessage =
  /** A local file is imported, by another one or, when that is `null`, by a cell. */
  | { readonly type: 'import'; readonly importer: string | null; readonly file: string; readonly fingerprint: string | null }
  | { readonly type: 'compiled'; readonly url: string; readonly file: string; readonly map: SourceMap };
