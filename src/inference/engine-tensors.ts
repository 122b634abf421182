import { toFloat32, type SafetensorsTensor } from '../io/browser.js';
import { packedWeightBytes, type EngineLibrary, type Offset } from '../kernels/browser.js';
import type { PackedDense } from './program.js';

/** Where the factors of a layer's outputs lie, by its name. */
export const alphaOf = (layer: string): string => `alpha of ${layer}`;

/** Tensors and buffers of one model in the engine's memory, given back together. */
export class EngineTensors {
  readonly #engine: EngineLibrary;
  readonly #offsets = new Map<string, Offset>();
  readonly #blocks: { readonly offset: Offset; readonly bytes: number }[] = [];

  constructor(engine: EngineLibrary) {
    this.#engine = engine;
  }

  /** Room of so many bytes until `dispose`. */
  room(bytes: number): Offset {
    const offset = this.#engine.heap.allocate(bytes);
    this.#blocks.push({ offset, bytes });
    return offset;
  }

  /** Copies floats in. */
  put(values: Float32Array): Offset {
    const offset = this.room(values.byteLength);
    this.#engine.heap.float32(offset, values.length).set(values);
    return offset;
  }

  /** Copies every float tensor in. Signs wait for {@link interleave}. */
  load(tensors: ReadonlyMap<string, SafetensorsTensor>): void {
    for (const [name, tensor] of tensors) if (tensor.dtype !== 'U32') this.#offsets.set(name, this.put(toFloat32(tensor)));
  }

  /** Brings the bits of a layer into the order of the engine's kernels, and its factors together: one for each output and group. */
  prepare({ inputs, columns }: PackedDense, tensors: ReadonlyMap<string, SafetensorsTensor>): void {
    for (const { name, outputs, weight, input } of columns) {
      if (!('signs' in weight)) continue;
      const scale = weight.scale === null ? Float32Array.of(1) : tensors.get(weight.scale)!.data as Float32Array;
      const factor = this.factor(input?.factor ?? null);
      const groups = weight.group === undefined ? 1 : inputs / weight.group;
      this.#offsets.set(alphaOf(name), this.put(Float32Array.from({ length: groups * outputs }, (_, i) => factor * scale[scale.length === 1 ? 0 : i]!)));
      for (const plane of weight.kept === undefined ? [weight.signs] : [weight.signs, weight.kept]) {
        this.#offsets.set(plane, this.#interleaved(tensors.get(plane)!.data as Uint32Array, inputs, outputs));
      }
    }
  }

  #interleaved(rows: Uint32Array, inputs: number, outputs: number): Offset {
    const { heap } = this.#engine;
    const packed = this.room(packedWeightBytes(inputs, outputs));
    const staged = heap.allocate(rows.byteLength);
    new Uint32Array(this.#engine.memory.buffer(), staged, rows.length).set(rows);
    this.#engine.packWeights(staged, packed, inputs, outputs);
    heap.free(staged, rows.byteLength);
    return packed;
  }

  /** A factor of all levels. */
  factor(name: string | null): number {
    return name === null ? 1 : this.#engine.heap.float32(this.at(name), 1)[0]!;
  }

  /** Where a tensor lies. */
  at(name: string): Offset {
    return this.#offsets.get(name)!;
  }

  dispose(): void {
    for (const { offset, bytes } of this.#blocks.splice(0)) this.#engine.heap.free(offset, bytes);
    this.#offsets.clear();
  }
}
