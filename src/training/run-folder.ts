import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { latestRows, readJsonl, writeFileAtomic } from '../io/index.js';
import { parseTrainConfig, type TrainConfig } from './config.js';
import { configHash, firstDifference } from './config-hash.js';
import type { Diagnosis } from './diagnosis.js';
import type { Environment } from './environment.js';
import type { MetricsRow } from './metrics.js';

/** Result of a run, without the folder that it lies in. */
export interface RunResult {
  readonly status: 'done' | 'interrupted';
  /** Updates done. */
  readonly steps: number;
  /** Mean loss of the last 50 batches. */
  readonly trainLoss: number;
  /** Share in [0, 1], as the test accuracy; both are of the final weights. `null`: interrupted before the evaluation. */
  readonly validationAccuracy: number | null;
  readonly validationLoss: number | null;
  readonly testAccuracy: number | null;
  readonly testLoss: number | null;
  /** Training images over the time of this process's updates; evaluation and saving do not count. */
  readonly imagesPerSecond: number;
  /** Wall time of this process. */
  readonly durationMs: number;
}

/** What `train` returns. */
export interface TrainSummary extends RunResult {
  /** The run's folder, as it was given. */
  readonly dir: string;
}

/** Where a run stands; `status.json`. A killed process leaves `running`. */
export interface RunStatus {
  readonly status: 'running' | 'done' | 'interrupted' | 'failed';
  /** Updates done when this was written. */
  readonly step: number;
  readonly steps: number;
  /** Why a run failed, one sentence. */
  readonly reason: string | null;
  /** Present when it failed because a value was not finite. */
  readonly diagnosis: Diagnosis | null;
  /** Present when it is done or interrupted. */
  readonly result: RunResult | null;
}

/** A run as it can be read at any moment. */
export interface RunRecord {
  readonly config: TrainConfig;
  readonly configHash: string;
  readonly environment: Environment;
  readonly status: RunStatus;
  /** Each step once, also where a resumed run has logged it again. */
  readonly metrics: readonly MetricsRow[];
  /** Lines of `metrics.jsonl` that hold no row. */
  readonly damaged: readonly { readonly line: number; readonly reason: string }[];
  /** `null` until the run is done or interrupted. */
  readonly summary: TrainSummary | null;
}

/** The files of a run's folder. */
export interface RunPaths {
  readonly config: string;
  readonly environment: string;
  readonly metrics: string;
  /** Only where the configuration samples signs. */
  readonly signs: string;
  readonly status: string;
  /** Folder. */
  readonly checkpoints: string;
  readonly model: string;
}

export function runPaths(dir: string): RunPaths {
  return {
    config: join(dir, 'config.json'),
    environment: join(dir, 'environment.json'),
    metrics: join(dir, 'metrics.jsonl'),
    signs: join(dir, 'signs.jsonl'),
    status: join(dir, 'status.json'),
    checkpoints: join(dir, 'checkpoints'),
    model: join(dir, 'model.safetensors'),
  };
}

/**
 * Reads a run, finished or not.
 *
 * @throws Error when the folder holds no run
 */
export function readRun(dir: string): RunRecord {
  const paths = runPaths(dir);
  if (!existsSync(paths.config)) throw new Error(`${dir}: expected the folder of a run, found no config.json in it`);
  const config = readConfig(paths.config);
  const status = readJson(paths.status) as RunStatus;
  const { rows, damaged } = existsSync(paths.metrics) ? readJsonl(paths.metrics, row => row as MetricsRow) : { rows: [], damaged: [] };
  return {
    config,
    configHash: configHash(config),
    environment: readJson(paths.environment) as Environment,
    status,
    metrics: latestRows(rows, metricsKey),
    damaged,
    summary: status.result && { ...status.result, dir },
  };
}

function readConfig(path: string): TrainConfig {
  const { config } = readJson(path) as { config?: unknown };
  // Many a model's folder has a config.json, Hugging Face's for one.
  if (config === undefined) throw new Error(`${path}: expected the configuration of a run of binvit, found another kind of file`);
  return parseTrainConfig(config);
}

/**
 * Makes a run's folder, or checks that the one there belongs to this configuration and these data.
 *
 * @throws Error that names the first field in which the run in the folder differs
 */
export function openRun(dir: string, config: TrainConfig, environment: Environment): void {
  const paths = runPaths(dir);
  if (existsSync(paths.config)) {
    const found = readJson(paths.environment) as Environment;
    const field = firstDifference(pinned(found), pinned(environment));
    if (field !== null) throw new Error(`${paths.environment}: this run was begun with another ${field}; go on with that one or use another folder`);
  } else {
    writeStatus(dir, { status: 'running', step: 0, steps: config.steps, reason: null, diagnosis: null, result: null });
    writeJson(paths.environment, environment);
    // Last: a folder with a config.json has the other files too.
    writeJson(paths.config, { hash: configHash(config), config });
  }
}

/**
 * The run that is already in a folder; `null` when there is none.
 *
 * @throws Error that names the first field in which its configuration differs
 */
export function existingRun(dir: string, config: TrainConfig): RunStatus | null {
  const paths = runPaths(dir);
  if (!existsSync(paths.config)) return null;
  const found = readConfig(paths.config);
  const field = firstDifference(found, config);
  if (field !== null) throw new Error(`${paths.config}: the run in this folder has another ${field}; use another folder for this configuration`);
  return readJson(paths.status) as RunStatus;
}

/** Sets `status.json`. */
export function writeStatus(dir: string, status: RunStatus): void {
  writeJson(runPaths(dir).status, status);
}

function metricsKey(row: MetricsRow): string {
  return `${row.kind} ${row.kind === 'evaluation' ? row.split : ''} ${row.step}`;
}

/** The part of the environment that a run cannot change on its way without changing its bits. */
function pinned({ backend, data }: Environment): unknown {
  return { backend: backend.name, data: data.sha256 };
}

function readJson(path: string): unknown {
  const text = readFileSync(path, 'utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${path}: expected JSON, found ${JSON.stringify(text.slice(0, 40))}`);
  }
}

function writeJson(path: string, value: unknown): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}
