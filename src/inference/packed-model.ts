import { statusBits, type EngineLibrary, type Offset } from '../kernels/browser.js';
import { planBuffers, type Buffers } from './buffers.js';
import { alphaOf, EngineTensors } from './engine-tensors.js';
import type { PackedFile, PackedInfo } from './packed-file.js';
import {
  denseLayers, multipliesBits, outputsOf, takesPlainSigns, tokensOf, type PackedBlock, type PackedColumns, type PackedDense, type PackedInput, type PackedProducts, type PackedProgram,
} from './program.js';

/** Sees a run, of at most 16 images at a time. The arrays are the observer's own. */
export interface PackedObserver {
  /** A step begins: the patches `patch_embed`, a norm, a dense layer, attention, an activation, or `head` with its norm. */
  begins?(step: string): void;
  /** What a dense layer, or a part of it, takes: `[rows, inputs]`, a shift added, before it is binarized as `input` says. */
  taken?(name: string, values: Float32Array, input: PackedInput | null): void;
  /** A whole dense layer: its input `[rows, inputs]` and its output `[rows, outputs]`. */
  computed?(name: string, x: Float32Array, y: Float32Array): void;
  /** Attention of a block, `blocks.0.attn`: its softmax `[images, heads, tokens, tokens]`, before it is binarized where it is. */
  attended?(name: string, probabilities: Float32Array): void;
}

/** Images that are computed together: more would only leave the caches. */
const mostImages = 16;

/**
 * A 1-bit ViT that runs without tfjs: signs and scales from a packed file, products as xor and popcount. Its memory is planned once
 * for a number of images; a run allocates nothing but its result.
 */
export class PackedModel {
  readonly info: PackedInfo;
  /** Tensors that the file holds in 16 bits. */
  readonly halves: readonly string[];
  readonly program: PackedProgram;
  readonly #engine: EngineLibrary;
  readonly #tensors: EngineTensors;
  #buffers: Buffers | null = null;
  #observer: PackedObserver | null = null;

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
    this.#observer = observer;
    for (let first = 0; first < count; first += mostImages) {
      const part = Math.min(mostImages, count - first);
      logits.set(this.#runPart(images.subarray(first * size, (first + part) * size), part), first * numClasses);
    }
    return logits;
  }

  /** Gives its memory back. */
  dispose(): void {
    this.#buffers?.tensors.dispose();
    this.#buffers = null;
    this.#tensors.dispose();
  }

  #runPart(images: Float32Array, count: number): Float32Array {
    const buffers = this.#plan(count);
    const { program } = this;
    this.#begin('patch_embed');
    this.#embed(images, buffers);
    for (const block of program.blocks) this.#block(block, buffers);
    this.#begin('head');
    return this.#readOut(buffers);
  }

  #plan(images: number): Buffers {
    if (this.#buffers?.images === images) return this.#buffers;
    this.#buffers?.tensors.dispose();
    return this.#buffers = planBuffers(images, this.program, this.#tensors, this.#engine);
  }

  /** Patches, flattened by row, column and channel, projected; tokens in front; positions added. */
  #embed(images: Float32Array, buffers: Buffers): void {
    const { imgSize, patchSize, inChans, dim, patches, prefixTokens, positions } = this.program;
    const { heap } = this.#engine;
    const side = imgSize / patchSize;
    heap.float32(buffers.pixels, images.length).set(images);
    // A row of patches is [line in the patch, patch, pixels of the line].
    this.#engine.transpose(buffers.pixels, buffers.patches, buffers.images * side, patchSize, side, patchSize * inChans);
    const count = buffers.images * side * side;
    this.#dense(patches, buffers.patches, count, buffers.hidden, buffers);
    const projected = heap.float32(buffers.hidden, count * dim);
    const x = heap.float32(buffers.x, buffers.images * this.tokens * dim);
    for (let image = 0; image < buffers.images; image++) {
      const start = image * this.tokens * dim;
      prefixTokens.forEach((token, index) => { x.set(heap.float32(this.#tensors.at(token), dim), start + index * dim); });
      x.set(projected.subarray(image * side * side * dim, (image + 1) * side * side * dim), start + prefixTokens.length * dim);
    }
    this.#engine.add(buffers.x, this.#tensors.at(positions), buffers.x, x.length, this.tokens * dim);
  }

  #block({ norm1, qkv, products, proj, norm2, fc1, activation, fc2, name }: PackedBlock, buffers: Buffers): void {
    const engine = this.#engine;
    const { dim } = this.program;
    const rows = buffers.images * this.tokens;
    const { x, normed, wide, hidden, attended } = buffers;
    this.#begin(`${name}.norm1`);
    this.#norm(norm1, x, normed, rows, buffers);
    this.#begin(qkv.name);
    this.#dense(qkv, normed, rows, wide, buffers);
    this.#begin(`${name}.attn`);
    this.#attend(`${name}.attn`, products, buffers);
    this.#begin(proj.name);
    this.#dense(proj, attended, rows, normed, buffers);
    engine.add(x, normed, x, rows * dim, rows * dim);

    this.#begin(`${name}.norm2`);
    this.#norm(norm2, x, normed, rows, buffers);
    this.#begin(fc1.name);
    const width = outputsOf(fc1);
    this.#dense(fc1, normed, rows, wide, buffers);
    this.#begin(`${name}.mlp.act`);
    const packed = activation === 'gelu' && takesPlainSigns(fc2);
    if (packed) this.#check(engine.packGelu(wide, 0, buffers.bits, rows, width), fc2.name);
    if (activation !== 'gelu') {
      const { before, slope, after } = activation;
      engine.rpreluForward(wide, this.#tensors.at(before), this.#tensors.at(slope), this.#tensors.at(after), hidden, rows, width);
    } else if (!packed || this.#observer?.taken !== undefined || this.#observer?.computed !== undefined) engine.geluForward(wide, hidden, rows * width);
    this.#begin(fc2.name);
    this.#dense(fc2, hidden, rows, normed, buffers, packed);
    engine.add(x, normed, x, rows * dim, rows * dim);
  }

  /** From the fused projection, in `wide`, to `attended`. */
  #attend(name: string, products: PackedProducts | null, { images, wide, attended, attention }: Buffers): void {
    const engine = this.#engine;
    const { heap } = engine;
    const { dim, numHeads } = this.program;
    const { tokens } = this;
    const headed = numHeads * tokens * tokens;
    const seen = this.#observer?.attended === undefined ? 0 : heap.allocate(4 * images * headed);
    if (products === null) engine.attentionForward(wide, seen, attended, images, tokens, numHeads, dim / numHeads);
    else this.#check(attention!.run(products, wide, attended, seen), name);
    if (seen === 0) return;
    this.#observer?.attended?.(name, heap.float32(seen, images * headed).slice());
    heap.free(seen, 4 * images * headed);
  }

  #readOut(buffers: Buffers): Float32Array {
    const engine = this.#engine;
    const { heap } = engine;
    const { dim, numClasses, norm, pool, heads, prefixTokens } = this.program;
    const { tokens } = this;
    const { images, x, normed, pooled, logits } = buffers;
    const classes = images * numClasses;
    if (pool === 'mean') {
      const patches = tokens - prefixTokens.length;
      for (let image = 0; image < images; image++) {
        engine.sumAxis(x + 4 * (image * tokens + prefixTokens.length) * dim, normed + 4 * image * dim, 1, patches, dim, 1 / patches);
      }
      this.#norm(norm, normed, pooled, images, buffers);
      this.#dense(heads[0]!, pooled, images, logits, buffers);
      return heap.float32(logits, classes).slice();
    }
    this.#norm(norm, x, normed, images * tokens, buffers);
    const sum = new Float32Array(classes);
    for (const [token, head] of heads.entries()) {
      const read = heap.float32(pooled, images * dim);
      for (let image = 0; image < images; image++) read.set(heap.float32(normed + 4 * (image * tokens + token) * dim, dim), image * dim);
      this.#dense(head, pooled, images, logits, buffers);
      heap.float32(logits, classes).forEach((value, i) => { sum[i]! += value; });
    }
    return sum.map(value => value / heads.length);
  }

  #norm({ weight, bias }: { readonly weight: string; readonly bias: string }, x: Offset, y: Offset, rows: number, { means }: Buffers): void {
    this.#engine.layerNormForward(
      x, this.#tensors.at(weight), this.#tensors.at(bias), y, means, means + 4 * rows, rows, this.program.dim, this.program.layerNormEps);
  }

  /**
   * y = x W + bias, columns by columns.
   *
   * @param packed the bits of x are in their buffer already
   */
  #dense(layer: PackedDense, x: Offset, rows: number, y: Offset, buffers: Buffers, packed = false): void {
    const { heap } = this.#engine;
    const outputs = outputsOf(layer);
    let first = 0;
    for (const columns of layer.columns) {
      const { name, input } = columns;
      this.#observer?.taken?.(name, this.#shifted(x, rows, layer.inputs, input?.shift ?? null), input);
      const bias = layer.bias === null ? 0 : this.#tensors.at(layer.bias) + 4 * first;
      this.#product(layer.inputs, columns, { x, rows, y: y + 4 * first, bias, stride: outputs, packed }, buffers);
      first += columns.outputs;
    }
    this.#observer?.computed?.(layer.name, heap.float32(x, rows * layer.inputs).slice(), heap.float32(y, rows * outputs).slice());
  }

  #product(
    inputs: number, columns: PackedColumns,
    { x, rows, y, bias, stride, packed }: { x: Offset; rows: number; y: Offset; bias: Offset; stride: number; packed: boolean }, buffers: Buffers,
  ): void {
    const engine = this.#engine;
    const { weight, input } = columns;
    const rowScale = input === null || packed ? 0 : this.#binarize(columns.name, input, x, rows, inputs, buffers);
    const floats = input === null ? x : buffers.levels;
    const isSigned = input?.levels === 'signed' ? 1 : 0;
    if (input !== null && !multipliesBits(columns)) {
      // Where the weights are bits, their factors have the one of the levels.
      const factor = 'float' in weight ? this.#tensors.factor(input.factor) : 1;
      engine.unpackLevels(buffers.bits, rowScale, floats, rows, inputs, factor, isSigned);
    }
    if ('float' in weight) {
      engine.gemm(0, 0, rows, columns.outputs, inputs, floats, inputs, this.#tensors.at(weight.float), columns.outputs, y, stride, bias, 0, 1, 0, 0, 0);
      return;
    }
    const [signs, scale] = [this.#tensors.at(weight.signs), this.#tensors.at(alphaOf(columns.name))];
    const kept = weight.kept === undefined ? 0 : this.#tensors.at(weight.kept);
    if (multipliesBits(columns)) {
      engine[isSigned ? 'packedGemm' : 'packedAndGemm'](buffers.bits, signs, kept, scale, bias, rowScale, y, rows, inputs, columns.outputs, stride);
    } else engine.signGemm(floats, signs, kept, weight.scale === null && input === null ? 0 : scale, bias, y, rows, inputs, columns.outputs, weight.group ?? inputs, stride);
  }

  /** Packs an activation; returns where its factors per row lie, 0 for none. */
  #binarize(name: string, input: PackedInput, x: Offset, rows: number, inputs: number, { bits, rowScale }: Buffers): Offset {
    const engine = this.#engine;
    const { levels, scale, threshold, fraction } = input;
    const shift = input.shift === null ? 0 : this.#tensors.at(input.shift);
    if (levels === 'unsigned') {
      const factors = scale === 'least-squares' ? rowScale : 0;
      this.#check(engine.packAbove(x, bits, factors, rows, inputs, threshold, fraction), name);
      if (factors !== 0 || scale === 'none') return factors;
    } else {
      this.#check(engine.packSigns(x, shift, bits, rows, inputs, inputs), name);
      if (scale === 'none') return 0;
      if (scale === 'least-squares') engine.meanMagnitudes(x, shift, rowScale, rows, inputs, inputs);
    }
    if (typeof scale === 'object') {
      const perToken = engine.heap.float32(this.#tensors.at(scale.tokens), this.tokens);
      const factors = engine.heap.float32(rowScale, rows);
      for (let row = 0; row < rows; row++) factors[row] = perToken[row % this.tokens]!;
    }
    return rowScale;
  }

  /** A copy of rows with a shift added. */
  #shifted(x: Offset, rows: number, inputs: number, shift: string | null): Float32Array {
    const { heap } = this.#engine;
    const values = heap.float32(x, rows * inputs).slice();
    if (shift === null) return values;
    const added = heap.float32(this.#tensors.at(shift), inputs);
    return values.map((value, i) => value + added[i % inputs]!);
  }

  #begin(step: string): void {
    this.#observer?.begins?.(step);
  }

  #check(status: number, name: string): void {
    if (status & statusBits.inputNotFinite) throw new RangeError(`packed model: ${name}: expected finite activations, found a NaN or an infinity`);
  }
}
