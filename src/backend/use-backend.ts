import { availableParallelism } from 'node:os';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { type EngineKind, loadEngine } from '../kernels/index.js';
import { EngineBackend } from './engine-backend.js';
import { registerFusedKernels } from './fused-kernels.js';
import { registerTensorKernels } from './tensor-kernels.js';

/** What executes tfjs operations, best first; see docs/architecture.md. */
export const backendNames = ['native', 'node', 'wasm', 'cpu'] as const;
export type BackendName = typeof backendNames[number];

/** The backend in use. */
export interface BackendInfo {
  name: BackendName;
  /** For people: `avx512, 1 of 2 cores`. */
  detail: string;
  /** Better backends that do not work here, with the reason. */
  skipped: { name: BackendName; reason: string }[];
}

const started = new Map<BackendName, string>();

function startEngine(kind: EngineKind): string {
  const library = loadEngine(kind);
  tf.registerBackend(kind, () => new EngineBackend(library));
  registerTensorKernels(kind);
  registerFusedKernels(kind);
  return `${library.isa}, ${library.threads} of ${availableParallelism()} cores`;
}

async function startNode(): Promise<string> {
  // tfjs-node 4.22.0 calls a function that Node 23 removed.
  if (!('isNullOrUndefined' in util)) {
    Object.assign(util, { isNullOrUndefined: (value: unknown) => value === undefined || value === null });
  }
  // libtensorflow reads these once: as many threads as the engine would have; small models are slower with more.
  process.env.TF_NUM_INTRAOP_THREADS ??= process.env.BINVIT_THREADS ?? '1';
  process.env.TF_NUM_INTEROP_THREADS ??= '1';
  const name: string = 'tfjs-node';
  await import(name);
  if (tf.findBackendFactory('tensorflow') as unknown === null) {
    throw new Error('tfjs-node brought a tfjs of its own; one @tensorflow/tfjs in node_modules is needed');
  }
  return `libtensorflow, ${process.env.TF_NUM_INTRAOP_THREADS} of ${availableParallelism()} cores`;
}

const starters: Record<BackendName, () => string | Promise<string>> = {
  native: () => startEngine('native'),
  node: startNode,
  wasm: () => startEngine('wasm'),
  cpu: () => 'tfjs, TypeScript kernels',
};

const tfjsName = (name: BackendName): string => (name === 'node' ? 'tensorflow' : name);

/** Starts a backend if need be, makes it tfjs's, and runs one operation on it. */
async function activate(name: BackendName): Promise<string> {
  // Silences the advice that tfjs prints in Node, which is wrong for our backends.
  tf.enableProdMode();
  let detail = started.get(name);
  if (detail === undefined) {
    detail = await starters[name]();
    started.set(name, detail);
  }
  await tf.setBackend(tfjsName(name));
  const four = tf.tidy(() => tf.add(tf.scalar(3), tf.scalar(1)).dataSync()[0]);
  if (four !== 4) throw new Error(`its probe, 3 + 1, gave ${four}`);
  return detail;
}

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0]!;

function parseName(name: string, origin: string): BackendName {
  const known = backendNames.find(candidate => candidate === name);
  if (known === undefined) throw new Error(`${origin}: expected one of ${backendNames.join(', ')}, found "${name}"`);
  return known;
}

/**
 * Chooses what executes tfjs from here on.
 *
 * @param name a backend; unless given, the environment's `BINVIT_BACKEND`, else the first of {@link backendNames} that works
 * @throws Error when a backend that was asked for does not work here, with its reason
 */
export async function useBackend(name?: BackendName): Promise<BackendInfo> {
  const fromEnvironment = process.env.BINVIT_BACKEND;
  const forced = name !== undefined ? parseName(name, 'backend')
    : fromEnvironment ? parseName(fromEnvironment, 'BINVIT_BACKEND') : undefined;
  if (forced !== undefined) {
    try {
      return { name: forced, detail: await activate(forced), skipped: [] };
    } catch (error) {
      throw new Error(`backend ${forced} does not work here: ${firstLine(error)}`, { cause: error });
    }
  }
  const skipped: BackendInfo['skipped'] = [];
  for (const candidate of backendNames) {
    try {
      return { name: candidate, detail: await activate(candidate), skipped };
    } catch (error) {
      skipped.push({ name: candidate, reason: firstLine(error) });
    }
  }
  throw new Error(`no backend works here: ${skipped.map(({ name: which, reason }) => `${which}: ${reason}`).join('; ')}`);
}

/** Backends that work here, best first. The active backend stays what it was. */
export async function availableBackends(): Promise<BackendName[]> {
  const active = tf.getBackend() as string | undefined;
  const available: BackendName[] = [];
  for (const name of backendNames) {
    try {
      await activate(name);
      available.push(name);
    } catch {
      // Not here; `useBackend(name)` tells why.
    }
  }
  if (active) await tf.setBackend(active);
  return available;
}
