import { wordsOf, type EngineLibrary, type Offset } from '../kernels/browser.js';
import { BinaryAttention } from './attention.js';
import { EngineTensors } from './engine-tensors.js';
import { denseLayers, multipliesBits, outputsOf, tokensOf, type PackedProgram } from './program.js';

/** Buffers for a number of images. Calls that go through a few rows at a time ask for one distance of rows in each of them. */
export interface Buffers {
  readonly images: number;
  readonly tensors: EngineTensors;
  readonly pixels: Offset;
  readonly patches: Offset;
  readonly x: Offset;
  readonly normed: Offset;
  readonly qkv: Offset;
  readonly attended: Offset;
  readonly hidden: Offset;
  /** Room for the bits of rows, by their number of words. */
  readonly bits: ReadonlyMap<number, Offset>;
  readonly rowScale: Offset;
  /** Levels of a binary activation as floats, and what a shift is added to in front of levels 0 and 1; 0 where there is neither. */
  readonly levels: Offset;
  readonly means: Offset;
  readonly pooled: Offset;
  readonly logits: Offset;
  readonly attention: BinaryAttention | null;
}

/** Bytes that an image passes through in a block. */
export function activationBytes(program: PackedProgram): number {
  return 4 * tokensOf(program) * (6 * program.dim + widestHidden(program));
}

function widestHidden({ blocks }: PackedProgram): number {
  return Math.max(0, ...blocks.map(({ fc1 }) => outputsOf(fc1)));
}

/** Takes them, in room that `tensors.dispose()` gives back. */
export function planBuffers(images: number, program: PackedProgram, weights: EngineTensors, engine: EngineLibrary): Buffers {
  const { dim, numHeads, numClasses, imgSize, patchSize, inChans, blocks, heads } = program;
  const tokens = tokensOf(program);
  const rows = images * tokens;
  const layers = denseLayers(program);
  const hidden = widestHidden(program);
  const asFloats = layers.some(({ columns }) => columns.some(part => part.input !== null && (!multipliesBits(part) || (part.input.levels === 'unsigned' && part.input.shift !== null))));
  const tensors = new EngineTensors(engine);
  const floats = (count: number): Offset => tensors.room(4 * count);
  return {
    images, tensors,
    pixels: floats(images * imgSize ** 2 * inChans), patches: floats(rows * patchSize ** 2 * inChans), x: floats(rows * dim), normed: floats(rows * dim),
    qkv: floats(rows * 3 * dim), attended: floats(rows * dim), hidden: floats(rows * hidden),
    bits: new Map([...new Set(layers.map(({ inputs }) => wordsOf(inputs)))].map(words => [words, floats(rows * words)])), rowScale: floats(rows),
    levels: asFloats ? floats(rows * Math.max(...layers.map(({ inputs }) => inputs))) : 0, means: floats(2 * rows), pooled: floats(images * dim),
    logits: floats(heads.length * images * numClasses),
    attention: blocks.some(({ products }) => products !== null) ? new BinaryAttention(engine, weights, tensors, { images, tokens, dim, numHeads }) : null,
  };
}
