import type { Workbench } from './workbench.js';

/** What the checks work with. */
export interface Bench {
  readonly workbench: Workbench;
  /** Folder that the editor shows. */
  readonly workspace: string;
  /** Folder for screenshots. */
  readonly pictures: string;
  /** Tries one thing that must be true; the name says it. */
  readonly check: (name: string, attempt: () => Promise<void>) => Promise<void>;
}
