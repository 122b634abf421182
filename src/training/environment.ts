import { execFileSync } from 'node:child_process';
import os from 'node:os';
import type { BackendInfo } from '../backend/index.js';
import { packageVersion } from '../io/index.js';
import type { TrainingData } from './training-data.js';

/** Where and on what a run was made; `environment.json`. */
export interface Environment {
  /** Version of this package. */
  readonly binvit: string;
  readonly node: string;
  readonly platform: string;
  readonly arch: string;
  readonly cpu: string;
  readonly cores: number;
  readonly backend: { readonly name: string; readonly detail: string };
  /** Commit of the git repository around the working directory, `null` outside of one. */
  readonly commit: string | null;
  readonly data: {
    readonly name: string;
    readonly sha256: { readonly train: string; readonly test: string };
    /** Names of the classes; runs of older versions have none. */
    readonly classes?: readonly string[];
    /** Number of images. */
    readonly splits: { readonly train: number; readonly validation: number; readonly test: number };
    /** Per channel, computed on the training split. */
    readonly normalization: { readonly mean: readonly number[]; readonly std: readonly number[] };
  };
}

/** Describes this process and the data. */
export function describeEnvironment(backend: BackendInfo, data: TrainingData): Environment {
  const cpus = os.cpus();
  return {
    binvit: packageVersion(),
    node: process.version,
    platform: process.platform,
    arch: process.arch,
    cpu: cpus[0]?.model ?? 'unknown',
    cores: cpus.length,
    backend: { name: backend.name, detail: backend.detail },
    commit: gitCommit(),
    data: {
      name: data.name,
      sha256: data.sha256,
      classes: data.test.set.classes,
      splits: { train: data.train.count, validation: data.validation.count, test: data.test.count },
      normalization: data.normalization,
    },
  };
}

function gitCommit(): string | null {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}
