import { createHash } from 'node:crypto';
import { canonicalJson } from '../binarize/index.js';
import type { TrainConfig } from './config.js';

/** Fields that say how often something is logged, measured or saved; the weights do not depend on them. */
const observing: ReadonlySet<string> = new Set(['logEvery', 'statisticsEvery', 'signsEvery', 'evaluateEvery', 'checkpointEvery'] satisfies (keyof TrainConfig)[]);

/**
 * Identity of a run's result: SHA-256 (64 hex digits) of the canonical JSON of every field that the final weights depend on.
 * The intervals of logging and saving do not count, nor do the name of the plan and the place of the initial weights.
 */
export function configHash(config: TrainConfig): string {
  const { plan, initial } = config;
  const fields = Object.entries({ ...config, plan: { ...plan, name: '' }, ...(initial && { initial: initial.sha256 }) }).filter(([name]) => !observing.has(name));
  return createHash('sha256').update(canonicalJson(Object.fromEntries(fields))).digest('hex');
}

/** Path of the first field in which two JSON values differ, e.g. `optimizer.beta1`; `null` when they are equal. */
export function firstDifference(a: unknown, b: unknown, path = ''): string | null {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b) ? null : path;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const difference = firstDifference(
      (a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], path === '' ? key : `${path}.${key}`);
    if (difference !== null) return difference;
  }
  return null;
}
