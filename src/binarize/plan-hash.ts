import { createHash } from 'node:crypto';
import type { BinarizationPlan } from './plan.js';

/**
 * JSON text that is the same for equal values: keys sorted, no spaces, -0 as 0.
 *
 * @throws TypeError for what JSON cannot hold: undefined, functions, NaN and infinities
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value as Record<string, unknown>).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return JSON.stringify(value);
  throw new TypeError(`canonicalJson: expected a JSON value, found ${typeof value === 'number' ? value : typeof value}`);
}

/** SHA-256 of the plan's canonical JSON, as 64 hex digits; the order of keys does not matter. */
export function planHash(plan: BinarizationPlan): string {
  return createHash('sha256').update(canonicalJson(plan)).digest('hex');
}
