import type { EngineLibrary } from '../kernels/browser.js';
import { activationBytes, planBuffers, type Buffers } from './buffers.js';
import { EngineTensors } from './engine-tensors.js';
import { recordForward } from './forward.js';
import type { PackedFile, PackedInfo } from './packed-file.js';
import { denseLayers, tokensOf, type PackedProgram } from './program.js';
import type { PackedObserver, Recording } from './recording.js';

/** Images that are computed together, so that what is done once for each call counts less. */
const mostImages = 16;
/** Bytes of activations that are computed together: more leaves the caches, which takes DeiT a third of its time. */
const mostBytes = 2 ** 22;

/**
 * A 1-bit ViT that runs without tfjs: signs and scales from a packed file, products as xor and popcount. Its memory and its calls of
 * the engine are planned once for a number of images; a run allocates nothing but its result.
 */
export class PackedModel {
  readonly info: PackedInfo;
  /** Tensors that the file holds in 16 bits. */
  readonly halves: readonly string[];
  readonly program: PackedProgram;
  readonly #engine: EngineLibrary;
  readonly #tensors: EngineTensors;
  #plan: { readonly buffers: Buffers; readonly recording: Recording } | null = null;

  protected constructor({ program, tensors, ...info }: PackedFile, engine: EngineLibrary) {
    this.program = program;
    this.info = info;
    this.halves = [...tensors].filter(([, { dtype }]) => dtype === 'F16').map(([name]) => name);
    this.#engine = engine;
    this.#tensors = new EngineTensors(engine);
    this.#tensors.load(tensors);
    for (const layer of denseLayers(program)) this.#tensors.prepare(layer, tensors);
  }

  /** The model of a file that has been read, on an engine. */
  static from(file: PackedFile, engine: EngineLibrary): PackedModel {
    return new PackedModel(file, engine);
  }

  /** Tokens of a sequence. */
  get tokens(): number {
    return tokensOf(this.program);
  }

  /**
   * @param images `[count, imgSize, imgSize, inChans]`, normalised
   * @returns logits `[count, numClasses]`
   * @throws RangeError when the values are no whole number of images, or an activation that is to be binarized is not finite
   */
  run(images: Float32Array, observer: PackedObserver | null = null): Float32Array {
    const { imgSize, inChans, numClasses } = this.program;
    const size = imgSize * imgSize * inChans;
    const count = images.length / size;
    if (!Number.isInteger(count) || count === 0) {
      throw new RangeError(`packed model: expected whole images of ${imgSize} x ${imgSize} x ${inChans} values, found ${images.length} values`);
    }
    const logits = new Float32Array(count * numClasses);
    const together = Math.min(mostImages, Math.max(1, Math.floor(mostBytes / activationBytes(this.program))));
    for (let first = 0; first < count; first += together) {
      const part = Math.min(together, count - first);
      this.#runPart(images.subarray(first * size, (first + part) * size), part, observer, logits.subarray(first * numClasses, (first + part) * numClasses));
    }
    return logits;
  }

  /** Gives its memory back. */
  dispose(): void {
    this.#plan?.buffers.tensors.dispose();
    this.#plan = null;
    this.#tensors.dispose();
  }

  #runPart(images: Float32Array, count: number, observer: PackedObserver | null, logits: Float32Array): void {
    const { buffers, recording } = this.#planFor(count);
    const { heap } = this.#engine;
    observer?.begins?.('patch_embed');
    heap.float32(buffers.pixels, images.length).set(images);
    recording.run(observer);
    const { length } = this.program.heads;
    const all = heap.float32(buffers.logits, length * logits.length);
    for (let head = 0; head < length; head++) {
      for (let i = 0; i < logits.length; i++) logits[i]! += all[head * logits.length + i]!;
    }
    if (length > 1) for (let i = 0; i < logits.length; i++) logits[i]! /= length;
  }

  #planFor(images: number): { readonly buffers: Buffers; readonly recording: Recording } {
    if (this.#plan?.buffers.images === images) return this.#plan;
    this.#plan?.buffers.tensors.dispose();
    const buffers = planBuffers(images, this.program, this.#tensors, this.#engine);
    return this.#plan = { buffers, recording: recordForward(this.program, buffers, this.#tensors, this.#engine) };
  }
}
