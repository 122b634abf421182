import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** A folder (with a space in its name) for the tests of one file. */
export function temporaryFolder(): { path(name: string): string } {
  let folder = '';
  beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'binvit test ')); });
  afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
  return {
    path(name) {
      if (folder === '') throw new Error('the temporary folder is there within tests and hooks alone');
      return join(folder, name);
    },
  };
}
