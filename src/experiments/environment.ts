import os from 'node:os';
import { packageVersion } from '../io/index.js';
import type { RowEnvironment } from './result-row.js';

/** This machine and software, for a run whose backend said `engine` of itself. */
export function rowEnvironment(engine: string): RowEnvironment {
  return {
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    cpu: os.cpus()[0]?.model ?? 'unknown',
    binvit: packageVersion(),
    engine,
  };
}
