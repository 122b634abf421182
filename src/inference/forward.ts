import { wordsOf, type EngineLibrary, type Offset, type RowCall } from '../kernels/browser.js';
import type { AttentionDots } from './attention-by-head.js';
import { dotProducts } from './bit-product.js';
import type { Buffers } from './buffers.js';
import { alphaOf, type EngineTensors } from './engine-tensors.js';
import {
  multipliesBits, outputsOf, takesSigns, tokensOf, type PackedBlock, type PackedColumns, type PackedDense, type PackedInput, type PackedNorm, type PackedProducts,
  type PackedProgram,
} from './program.js';
import { notFinite, Recording, type PackedObserver } from './recording.js';

/** Where a dense layer reads and writes. */
interface Flow {
  readonly x: Offset;
  readonly rows: number;
  readonly y: Offset;
  /** The bits of x are in their buffer already. */
  readonly packed?: boolean;
  /** The next layer takes the signs of y, activated: only an observer sees y itself. */
  readonly signs?: Signs;
}

/** Bits of an activation of outputs, which is GELU where RPReLU's vectors are 0, plus a shift. */
interface Signs {
  /** The layer that takes them. */
  readonly name: string;
  readonly activation: readonly [before: Offset, slope: Offset, after: Offset];
  readonly shift: Offset;
  readonly bits: Offset;
}

/** Writes down a run from `buffers.pixels` to `buffers.logits`, which has the logits of one head after the other. */
export function recordForward(program: PackedProgram, buffers: Buffers, tensors: EngineTensors, engine: EngineLibrary): Recording {
  const forward = new Forward(program, buffers, tensors, engine);
  forward.embed();
  for (const block of program.blocks) forward.block(block);
  forward.readOut();
  forward.recording.close(buffers.tensors);
  return forward.recording;
}

class Forward {
  readonly recording: Recording;
  readonly #program: PackedProgram;
  readonly #buffers: Buffers;
  readonly #tensors: EngineTensors;
  readonly #engine: EngineLibrary;
  readonly #tokens: number;

  constructor(program: PackedProgram, buffers: Buffers, tensors: EngineTensors, engine: EngineLibrary) {
    this.#program = program;
    this.#buffers = buffers;
    this.#tensors = tensors;
    this.#engine = engine;
    this.#tokens = tokensOf(program);
    this.recording = new Recording(engine);
  }

  /** Patches, flattened by row, column and channel, projected; tokens in front; positions added. */
  embed(): void {
    const { imgSize, patchSize, inChans, dim, patches, prefixTokens, positions } = this.#program;
    const { images, pixels, patches: flat, normed, x } = this.#buffers;
    const engine = this.#engine;
    const { heap } = engine;
    const side = imgSize / patchSize;
    const rows = images * side * side;
    // A row of patches is [line in the patch, patch, pixels of the line].
    this.recording.whole(() => { engine.transpose(pixels, flat, images * side, patchSize, side, patchSize * inChans); });
    this.#dense(patches, { x: flat, rows, y: normed });
    this.recording.whole(() => {
      const projected = heap.float32(normed, rows * dim);
      const all = heap.float32(x, images * this.#tokens * dim);
      for (let image = 0; image < images; image++) {
        const start = image * this.#tokens * dim;
        prefixTokens.forEach((token, index) => { all.set(heap.float32(this.#tensors.at(token), dim), start + index * dim); });
        all.set(projected.subarray(image * side * side * dim, (image + 1) * side * side * dim), start + prefixTokens.length * dim);
      }
      engine.add(x, this.#tensors.at(positions), x, all.length, this.#tokens * dim);
    });
  }

  block({ norm1, qkv, products, proj, norm2, fc1, activation, fc2, name }: PackedBlock): void {
    const { images, x, normed, attended, hidden } = this.#buffers;
    const rows = images * this.#tokens;
    this.#begin(`${name}.norm1`);
    this.#norm(norm1, x, normed, rows);
    this.#begin(qkv.name);
    this.#dense(qkv, { x: normed, rows, y: this.#buffers.qkv });
    this.#begin(`${name}.attn`);
    this.#attend(`${name}.attn`, products);
    this.#begin(proj.name);
    this.#dense(proj, { x: attended, rows, y: normed });
    this.#addTo(proj, x, normed, rows);

    this.#begin(`${name}.norm2`);
    this.#norm(norm2, x, normed, rows);
    this.#begin(fc1.name);
    const width = outputsOf(fc1);
    const of = activation === 'gelu' ? [0, 0, 0] as const : [this.#tensors.at(activation.before), this.#tensors.at(activation.slope), this.#tensors.at(activation.after)] as const;
    const [{ input }] = fc2.columns as [PackedColumns];
    // Rows of as many words share the room for their bits: there one product cannot write while it reads.
    const packed = takesSigns(fc1) && takesSigns(fc2) && input!.scale === 'none' && this.#bits(fc1.inputs) !== this.#bits(width);
    const signs = { name: fc2.name, activation: of, shift: this.#shift(input), bits: this.#bits(width) };
    this.#dense(fc1, { x: normed, rows, y: hidden, ...packed && { signs } });
    this.#begin(`${name}.mlp.act`);
    const activate: RowCall = activation === 'gelu' ? ['geluForward', hidden, hidden, rows * width] : ['rpreluForward', hidden, ...of, hidden, rows, width];
    if (packed) this.recording.looked(activate);
    else this.recording.rows(fc1.name, rows, ...activate);
    this.#begin(fc2.name);
    this.#dense(fc2, { x: hidden, rows, y: normed, packed });
    this.#addTo(fc2, x, normed, rows);
  }

  readOut(): void {
    const { dim, numClasses, norm, pool, heads, prefixTokens } = this.#program;
    const { images, x, normed, pooled, logits } = this.#buffers;
    const { heap } = this.#engine;
    const tokens = this.#tokens;
    this.#begin('head');
    for (const [token, head] of heads.entries()) {
      this.recording.whole(() => {
        const patches = tokens - prefixTokens.length;
        for (let image = 0; image < images; image++) {
          const [first, to] = [x + 4 * image * tokens * dim, normed + 4 * image * dim];
          if (pool === 'mean') this.#engine.sumAxis(first + 4 * prefixTokens.length * dim, to, 1, patches, dim, 1 / patches);
          else heap.float32(to, dim).set(heap.float32(first + 4 * token * dim, dim));
        }
      });
      this.#norm(norm, normed, pooled, images);
      this.#dense(head, { x: pooled, rows: images, y: logits + 4 * token * images * numClasses });
    }
  }

  /** From the fused projection to `attended`. */
  #attend(name: string, products: PackedProducts | null): void {
    const { images, qkv, attended, attention } = this.#buffers;
    const engine = this.#engine;
    const { heap } = engine;
    const { dim, numHeads } = this.#program;
    const headed = images * numHeads * this.#tokens ** 2;
    this.recording.whole(observer => {
      const looks = observer?.attended !== undefined || (products !== null && observer?.taken !== undefined);
      const seen = looks ? heap.allocate(4 * headed) : 0;
      const dots: AttentionDots | null = observer?.counted === undefined ? null : { scores: [], values: [] };
      if (products === null) engine.attentionForward(qkv, seen, attended, images, this.#tokens, numHeads, dim / numHeads);
      else if (attention!.run(products, qkv, attended, seen, dots) !== 0) throw notFinite(name);
      if (looks) {
        this.#showAttention(observer, name, products, seen);
        heap.free(seen, 4 * headed);
      }
      if (dots === null) return;
      for (const [product, heads] of [['scores', dots.scores], ['probabilities', dots.values]] as const) {
        if (heads.length > 0) observer!.counted!(`${name}.${product}`, joined(heads));
      }
    });
  }

  /** The softmax of a block at `seen`, and what becomes bits. */
  #showAttention(observer: PackedObserver, name: string, products: PackedProducts | null, seen: Offset): void {
    const { images, qkv } = this.#buffers;
    const { dim, numHeads } = this.#program;
    const tokens = this.#tokens;
    observer.attended?.(name, this.#engine.heap.float32(seen, images * numHeads * tokens ** 2).slice());
    if (observer.taken === undefined || products === null) return;
    const part = (at: number): readonly [Offset, number, number, number] => [qkv + 4 * at * dim, images * tokens, dim, 3 * dim];
    const operands = { query: part(0), key: part(1), probabilities: [seen, images * numHeads * tokens, tokens, tokens], value: part(2) } as const;
    for (const operand of ['query', 'key', 'probabilities', 'value'] as const) {
      const input = products[operand];
      const [x, rows, inputs, stride] = operands[operand];
      if (input !== null) observer.taken(`${name}.${operand}`, this.#shifted(x, rows, inputs, input, stride), inputs, input);
    }
  }

  #norm({ weight, bias }: PackedNorm, x: Offset, y: Offset, rows: number): void {
    const { dim, layerNormEps } = this.#program;
    const { means } = this.#buffers;
    this.recording.rows(weight, rows, 'layerNormForward', x, this.#tensors.at(weight), this.#tensors.at(bias), y, means, means + 4 * rows, rows, dim, layerNormEps);
  }

  /** The sum of what a layer took and gave: x += y. */
  #addTo({ name }: PackedDense, x: Offset, y: Offset, rows: number): void {
    const count = rows * this.#program.dim;
    this.recording.rows(name, rows, 'add', x, y, x, count, count);
  }

  /** y = x W + bias, columns by columns. */
  #dense(layer: PackedDense, flow: Flow): void {
    const { x, rows, y } = flow;
    const { heap } = this.#engine;
    const outputs = outputsOf(layer);
    let first = 0;
    for (const columns of layer.columns) {
      const { name, input } = columns;
      this.recording.seen(observer => { observer.taken?.(name, this.#shifted(x, rows, layer.inputs, input), layer.inputs, input); });
      const bias = layer.bias === null ? 0 : this.#tensors.at(layer.bias) + 4 * first;
      this.#product(layer.inputs, columns, { ...flow, y: y + 4 * first }, bias, outputs);
      first += columns.outputs;
    }
    this.recording.seen(observer => observer.computed?.(layer.name, heap.float32(x, rows * layer.inputs).slice(), heap.float32(y, rows * outputs).slice()));
  }

  #product(inputs: number, columns: PackedColumns, { x, rows, y, packed, signs: next }: Flow, bias: Offset, stride: number): void {
    const engine = this.#engine;
    const { name, weight, input, outputs } = columns;
    const { levels } = this.#buffers;
    const rowScale = input === null || packed === true ? 0 : this.#binarize(name, input, x, rows, inputs);
    const floats = input === null ? x : levels;
    const isSigned = input?.levels === 'signed' ? 1 : 0;
    if (input !== null && !multipliesBits(columns)) {
      // Where the weights are bits, their factors have the one of the levels.
      const factor = 'float' in weight ? this.#tensors.factor(input.factor) : 1;
      this.recording.rows(name, rows, 'unpackLevels', this.#bits(inputs), rowScale, floats, rows, inputs, factor, isSigned);
    }
    if ('float' in weight) {
      const w = this.#tensors.at(weight.float);
      this.recording.whole(() => { engine.gemm(0, 0, rows, outputs, inputs, floats, inputs, w, outputs, y, stride, bias, 0, 1, 0, 0, 0); });
      return;
    }
    const [signs, scale] = [this.#tensors.at(weight.signs), this.#tensors.at(alphaOf(name))];
    const kept = weight.kept === undefined ? 0 : this.#tensors.at(weight.kept);
    if (multipliesBits(columns)) {
      const bits = this.#bits(inputs);
      const operands = [bits, signs, kept, scale, bias, rowScale] as const;
      const product: RowCall = [isSigned ? 'packedGemm' : 'packedAndGemm', ...operands, y, rows, inputs, outputs, stride];
      if (next === undefined) this.recording.rows(name, rows, ...product);
      else {
        this.recording.rows(next.name, rows, 'packedGemmSigns', ...operands, ...next.activation, next.shift, next.bits, rows, inputs, outputs);
        this.recording.looked(product);
      }
      this.recording.seen(observer => observer.counted?.(name, dotProducts(engine, { x: bits, isSigned: isSigned === 1, signs, kept, rows, inputs, outputs })));
      return;
    }
    const factors = weight.scale === null && input === null ? 0 : scale;
    this.recording.whole(() => { engine.signGemm(floats, signs, kept, factors, bias, y, rows, inputs, outputs, weight.group ?? inputs, stride); });
  }

  /** Packs an activation; returns where its factors per row lie, 0 for none. */
  #binarize(name: string, input: PackedInput, x: Offset, rows: number, inputs: number): Offset {
    const { rowScale, tensors } = this.#buffers;
    const { levels, scale, threshold, fraction } = input;
    const bits = this.#bits(inputs);
    const moved = this.#shift(input);
    const measured = scale === 'least-squares' ? rowScale : 0;
    if (levels === 'unsigned') {
      const { levels: sums } = this.#buffers;
      if (moved !== 0) this.recording.whole(() => { this.#engine.add(x, moved, sums, rows * inputs, inputs); });
      this.recording.rows(name, rows, 'packAbove', moved === 0 ? x : sums, bits, measured, rows, inputs, threshold, fraction);
    } else {
      this.recording.rows(name, rows, 'packSigns', x, moved, bits, rows, inputs, inputs);
      if (measured !== 0) this.recording.rows(name, rows, 'meanMagnitudes', x, moved, measured, rows, inputs, inputs);
    }
    if (typeof scale === 'string') return measured;
    const factors = tensors.room(4 * rows);
    const { images } = this.#buffers;
    this.#engine.broadcastAxis(this.#tensors.at(scale.tokens), factors, 1, images, rows / images, 1);
    return factors;
  }

  #shift(input: PackedInput | null): Offset {
    return input === null || input.shift === null ? 0 : this.#tensors.at(input.shift);
  }

  #bits(inputs: number): Offset {
    return this.#buffers.bits.get(wordsOf(inputs))!;
  }

  /** A copy of rows, `stride` elements apart, with a shift added. */
  #shifted(x: Offset, rows: number, inputs: number, input: PackedInput | null, stride = inputs): Float32Array {
    const { heap } = this.#engine;
    const all = heap.float32(x, (rows - 1) * stride + inputs);
    const values = new Float32Array(rows * inputs);
    for (let row = 0; row < rows; row++) values.set(all.subarray(row * stride, row * stride + inputs), row * inputs);
    if (input?.shift == null) return values;
    const added = heap.float32(this.#tensors.at(input.shift), inputs);
    return values.map((value, i) => value + added[i % inputs]!);
  }

  #begin(step: string): void {
    this.recording.seen(observer => observer.begins?.(step));
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const size = parts[0]!.length;
  const all = new Float32Array(parts.length * size);
  parts.forEach((part, index) => { all.set(part, index * size); });
  return all;
}
