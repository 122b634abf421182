import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');
export const demo = join(root, 'docs/demo');

/** What `scripts/demo-models.mjs` wrote. */
export const measured = JSON.parse(readFileSync(join(demo, 'models/models.json'), 'utf8')) as {
  readonly testImages: number;
  readonly models: Readonly<Record<'binary' | 'float', { readonly cell: string; readonly testAccuracy: number }>>;
  readonly samples: readonly { readonly image: number; readonly label: number; readonly pixels: string }[];
};
