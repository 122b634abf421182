import { runRowsApart, type EngineLibrary, type Offset } from '../kernels/browser.js';
import type { PackedFile } from './packed-file.js';
import { PackedModel } from './packed-model.js';
import { multipliesBits, outputsOf, tokensOf, type PackedBlock, type PackedDense, type PackedProducts, type PackedProgram } from './program.js';

/** Time of a part of a run: the median over runs, in milliseconds. */
export interface PartTime {
  readonly name: string;
  readonly ms: number;
}

/** Where the time of a run goes, seen in two ways that each add up to about the whole. */
export interface InferenceProfile {
  /** Steps in their order, as `PackedObserver.begins` names them. Residual sums belong to the dense layer before them. */
  readonly steps: readonly (PartTime & {
    /** Multiplications of bits, and their additions, of the step for one image; 0 where it is float. */
    readonly binaryMacs: number;
  })[];
  /** The engine's functions, and what is left to `JavaScript`; the longest first. */
  readonly kernels: readonly PartTime[];
}

/**
 * Times the steps and the kernels of a packed model. Kernels that a run makes for a few rows at a time are made one after the other
 * here, which takes somewhat longer.
 *
 * @param images `[count, imgSize, imgSize, inChans]`, normalised
 * @param runs runs of which each time is the median; one more warms up
 */
export function profileModel(file: PackedFile, engine: EngineLibrary, images: Float32Array, runs: number): InferenceProfile {
  const kernels = new Durations();
  const steps = new Durations();
  const model = PackedModel.from(file, timedEngine(engine, kernels));
  try {
    model.run(images);
    kernels.clear();
    for (let run = 0; run < runs; run++) {
      let [step, since] = ['', performance.now()];
      const start = since;
      const next = (name: string): void => {
        const now = performance.now();
        if (step !== '') steps.add(step, now - since);
        [step, since] = [name, now];
      };
      const inKernels = kernels.sum;
      model.run(images, { begins: next });
      next('');
      kernels.add('JavaScript', since - start - (kernels.sum - inKernels));
      kernels.endRun();
      steps.endRun();
    }
  } finally {
    model.dispose();
  }
  const macs = binaryMacs(file.program);
  return {
    steps: steps.medians().map(({ name, ms }) => ({ name, ms, binaryMacs: macs.get(name) ?? 0 })),
    kernels: kernels.medians().sort((a, b) => b.ms - a.ms),
  };
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
  const timed = { ...engine };
  for (const [name, call] of Object.entries(engine) as [string, unknown][]) {
    if (!isKernel(call)) continue;
    Object.assign(timed, {
      [name]: (...values: unknown[]): unknown => {
        const start = performance.now();
        const result: unknown = call(...values);
        durations.add(name, performance.now() - start);
        return result;
      },
    });
  }
  return Object.assign(timed, { runRows: (table: Offset, count: number) => runRowsApart(timed, table, count) });
}

function isKernel(member: unknown): member is (...values: unknown[]) => unknown {
  return typeof member === 'function';
}

/** Durations by name, summed in each run. */
class Durations {
  readonly #runs = new Map<string, number[]>();
  readonly #current = new Map<string, number>();
  /** Of all that was added. */
  sum = 0;

  add(name: string, ms: number): void {
    this.#current.set(name, (this.#current.get(name) ?? 0) + ms);
    this.sum += ms;
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
