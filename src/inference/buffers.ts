import { wordsOf, type EngineLibrary, type Offset } from '../kernels/browser.js';
import { BinaryAttention } from './attention.js';
import { EngineTensors } from './engine-tensors.js';
import { denseLayers, multipliesBits, outputsOf, tokensOf, type PackedProgram } from './program.js';

/** Buffers for a number of images. */
export interface Buffers {
  readonly images: number;
  readonly tensors: EngineTensors;
  readonly pixels: Offset;
  readonly patches: Offset;
  readonly x: Offset;
  readonly normed: Offset;
  readonly wide: Offset;
  readonly hidden: Offset;
  readonly attended: Offset;
  readonly bits: Offset;
  readonly rowScale: Offset;
  /** Levels of a binary activation as floats; 0 where every product takes bits. */
  readonly levels: Offset;
  readonly means: Offset;
  readonly pooled: Offset;
  readonly logits: Offset;
  readonly attention: BinaryAttention | null;
}

/** Takes them, in room that `tensors.dispose()` gives back. */
export function planBuffers(images: number, program: PackedProgram, weights: EngineTensors, engine: EngineLibrary): Buffers {
  const { dim, numHeads, numClasses, imgSize, patchSize, inChans, blocks } = program;
  const tokens = tokensOf(program);
  const rows = images * tokens;
  const hidden = Math.max(...blocks.map(({ fc1 }) => outputsOf(fc1)), dim);
  const widest = Math.max(hidden, patchSize ** 2 * inChans);
  const asFloats = denseLayers(program).some(({ columns }) => columns.some(part => part.input !== null && !multipliesBits(part)));
  const tensors = new EngineTensors(engine);
  const floats = (count: number): Offset => tensors.room(4 * count);
  return {
    images, tensors,
    pixels: floats(images * imgSize ** 2 * inChans), patches: floats(rows * patchSize ** 2 * inChans), x: floats(rows * dim), normed: floats(rows * dim),
    wide: floats(rows * Math.max(3 * dim, hidden)), hidden: floats(rows * hidden), attended: floats(rows * dim),
    bits: floats(rows * wordsOf(widest)), rowScale: floats(rows), levels: asFloats ? floats(rows * widest) : 0, means: floats(2 * rows), pooled: floats(images * dim), logits: floats(2 * images * numClasses),
    attention: blocks.some(({ products }) => products !== null) ? new BinaryAttention(engine, weights, tensors, { images, tokens, dim, numHeads }) : null,
  };
}
