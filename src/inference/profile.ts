import { runRowsApart, type EngineLibrary, type Offset } from '../kernels/browser.js';
import type { PackedFile } from './packed-file.js';
import { PackedModel } from './packed-model.js';
import { multipliesBits, outputsOf, tokensOf, type PackedBlock, type PackedDense, type PackedProducts, type PackedProgram } from './program.js';

/** Time of a part of a run: the median over runs, in milliseconds. */
export interface PartTime {
  readonly name: string;
  readonly ms: number;
}

/** Where the time of a run goes, seen in two ways: shares of each say more than sums, for what is timed piece by piece takes longer. */
export interface InferenceProfile {
  /** Steps in their order, as `PackedObserver.begins` names them. Residual sums belong to the dense layer before them. */
  readonly steps: readonly (PartTime & {
    /** Multiplications of bits, and their additions, of the step for one image; 0 where it is float. */
    readonly binaryMacs: number;
  })[];
  /** The engine's functions, and what `JavaScript` takes between them; the longest first. */
  readonly kernels: readonly PartTime[];
}

/**
 * Times the steps and the kernels of a packed model. Kernels that a run makes for a few rows at a time are made one after the other
 * here, which takes somewhat longer; what is left to JavaScript is timed by itself, without them.
 *
 * @param images `[count, imgSize, imgSize, inChans]`, normalised
 * @param runs runs of which each time is the median; one more warms up
 */
export function profileModel(file: PackedFile, engine: EngineLibrary, images: Float32Array, runs: number): InferenceProfile {
  const kernels = new Durations();
  const steps = new Durations();
  repeat(file, timedEngine(engine, kernels), runs, (model, warm) => {
    let [step, since] = ['', performance.now()];
    const next = (name: string): void => {
      const now = performance.now();
      if (step !== '') steps.add(step, now - since);
      [step, since] = [name, now];
    };
    model.run(images, { begins: next });
    next('');
    for (const times of [kernels, steps]) if (warm) times.endRun(); else times.clear();
  });
  const rest = new Durations();
  repeat(file, idleEngine(engine), runs, (model, warm) => {
    const start = performance.now();
    model.run(images);
    if (!warm) return;
    rest.add('JavaScript', performance.now() - start);
    rest.endRun();
  });
  const macs = binaryMacs(file.program);
  return {
    steps: steps.medians().map(({ name, ms }) => ({ name, ms, binaryMacs: macs.get(name) ?? 0 })),
    kernels: [...kernels.medians(), ...rest.medians()].sort((a, b) => b.ms - a.ms),
  };
}

/** Makes runs with a model of an engine, the first of which is not warm. */
function repeat(file: PackedFile, engine: EngineLibrary, runs: number, run: (model: PackedModel, warm: boolean) => void): void {
  const model = PackedModel.from(file, engine);
  try {
    for (let index = 0; index <= runs; index++) run(model, index > 0);
  } finally {
    model.dispose();
  }
}

/** Binary multiplications and additions of each step of a program for one image, by its name; float steps are not there. */
export function binaryMacs(program: PackedProgram): ReadonlyMap<string, number> {
  const tokens = tokensOf(program);
  const dense = (layer: PackedDense): [string, number][] => {
    const outputs = layer.columns.reduce((sum, columns) => sum + (multipliesBits(columns) ? columns.outputs : 0), 0);
    return outputs === 0 ? [] : [[layer.name, tokens * layer.inputs * outputs]];
  };
  const attention = (name: string, products: PackedProducts | null, macs: number): [string, number][] => {
    const binary = [[products?.query, products?.key], [products?.probabilities, products?.value]].filter(operands => operands.every(Boolean)).length;
    return binary === 0 ? [] : [[`${name}.attn`, binary * macs]];
  };
  const block = ({ name, qkv, products, proj, fc1, fc2 }: PackedBlock): [string, number][] =>
    [...dense(qkv), ...attention(name, products, tokens ** 2 * outputsOf(proj)), ...dense(proj), ...dense(fc1), ...dense(fc2)];
  return new Map(program.blocks.flatMap(block));
}

/** The same engine; every kernel is timed by itself. */
function timedEngine(engine: EngineLibrary, durations: Durations): EngineLibrary {
  const timed = withKernels(engine, (name, call) => (...values) => {
    const start = performance.now();
    const result = call(...values);
    durations.add(name, performance.now() - start);
    return result;
  });
  return Object.assign(timed, { runRows: (table: Offset, count: number) => runRowsApart(timed, table, count) });
}

/** The same engine with kernels that do nothing. */
function idleEngine(engine: EngineLibrary): EngineLibrary {
  return withKernels(engine, () => () => 0);
}

type Kernel = (...values: unknown[]) => unknown;

function withKernels(engine: EngineLibrary, replace: (name: string, call: Kernel) => Kernel): EngineLibrary {
  const members = (Object.entries(engine) as [string, unknown][]).map(([name, member]) => [name, isKernel(member) ? replace(name, member) : member]);
  return Object.fromEntries(members) as EngineLibrary;
}

function isKernel(member: unknown): member is Kernel {
  return typeof member === 'function';
}

/** Durations by name, summed in each run. */
class Durations {
  readonly #runs = new Map<string, number[]>();
  readonly #current = new Map<string, number>();
  add(name: string, ms: number): void {
    this.#current.set(name, (this.#current.get(name) ?? 0) + ms);
  }

  endRun(): void {
    for (const [name, ms] of this.#current) this.#runs.set(name, [...this.#runs.get(name) ?? [], ms]);
    this.#current.clear();
  }

  clear(): void {
    this.#current.clear();
  }

  medians(): PartTime[] {
    return [...this.#runs].map(([name, times]) => ({ name, ms: times.sort((a, b) => a - b)[times.length >> 1]! }));
  }
}
