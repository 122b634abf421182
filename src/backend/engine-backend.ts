import * as tf from '@tensorflow/tfjs';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { EngineLibrary, Heap, Offset } from '../kernels/index.js';

type Values = tf.backend_util.BackendValues;
type NumericType = 'float32' | 'int32';

/**
 * The data of one or more tensors. Float and integer data that an engine kernel reads or writes lives in linear memory; the
 * rest (strings, booleans, results of tfjs's own kernels that no engine kernel has asked for) are plain arrays.
 */
class Entry {
  refCount = 1;
  offset: Offset = 0;
  complexTensorInfos?: { real: tf.TensorInfo; imag: tf.TensorInfo };
  readonly #heap: Heap;
  #array: Values | undefined;

  constructor(heap: Heap, readonly dtype: tf.DataType, readonly count: number, array: Values | undefined) {
    this.#heap = heap;
    this.#array = array;
  }

  /** tfjs's kernels read this; a view is made on demand because memory that grows detaches older views. */
  get values(): Values | undefined {
    if (this.offset === 0) return this.#array;
    return this.dtype === 'int32' ? this.#heap.int32(this.offset, this.count) : this.#heap.float32(this.offset, this.count);
  }

  /** Moves the data into linear memory, where it stays. */
  settle(): Offset {
    if (this.offset === 0) {
      const source = this.#array as Float32Array | Int32Array | undefined;
      this.offset = this.#heap.allocate(4 * this.count);
      if (source !== undefined) (this.values as Float32Array | Int32Array).set(source);
      this.#array = undefined;
    }
    return this.offset;
  }

  release(): void {
    if (this.offset !== 0) this.#heap.free(this.offset, 4 * this.count);
    this.offset = 0;
  }
}

/**
 * A tfjs backend over the engine: everything that tfjs's cpu backend can do, with data that engine kernels work on in
 * linear memory. Memory of disposed tensors is used again, so `read` and `readSync` hand out copies.
 */
export class EngineBackend extends MathBackendCPU {
  readonly engine: EngineLibrary;
  readonly heap: Heap;

  constructor(library: EngineLibrary) {
    super();
    this.engine = library;
    this.heap = library.heap;
  }

  #entry(dataId: tf.DataId): Entry {
    return this.data.get(dataId) as unknown as Entry;
  }

  #register(entry: Entry): tf.DataId {
    const dataId = {};
    this.data.set(dataId, entry as never);
    return dataId;
  }

  /**
   * Byte offset of a tensor's data.
   *
   * @throws TypeError when the tensor is of another type than the kernel reads
   */
  offset(tensor: tf.TensorInfo, dtype: NumericType = 'float32'): Offset {
    if (tensor.dtype !== dtype) throw new TypeError(`expected a tensor of ${dtype}, found one of ${tensor.dtype}; cast it`);
    return this.#entry(tensor.dataId).settle();
  }

  /** A new tensor in linear memory, content unspecified: the kernel that asks for it fills it. */
  output(shape: number[], dtype: NumericType = 'float32'): tf.TensorInfo & { offset: Offset } {
    const entry = new Entry(this.heap, dtype, tf.util.sizeFromShape(shape), undefined);
    const offset = entry.settle();
    return { dataId: this.#register(entry), shape, dtype, offset };
  }

  override write(values: Values | undefined, shape: number[], dtype: tf.DataType): tf.DataId {
    return this.#register(new Entry(this.heap, dtype, tf.util.sizeFromShape(shape), this.#owned(values)));
  }

  override move(dataId: tf.DataId, values: Values, shape: number[], dtype: tf.DataType, refCount: number): void {
    const entry = new Entry(this.heap, dtype, tf.util.sizeFromShape(shape), this.#owned(values));
    entry.refCount = refCount;
    this.data.set(dataId, entry as never);
  }

  /** Some of tfjs's kernels give a tensor the array of another; where that is linear memory, which is used again, it is copied. */
  #owned(values: Values | undefined): Values | undefined {
    const isView = ArrayBuffer.isView(values) && values.buffer === this.engine.memory.buffer();
    return isView ? (values as Float32Array | Int32Array).slice() : values;
  }

  override readSync(dataId: tf.DataId): Values {
    const values = super.readSync(dataId);
    const entry = this.#entry(dataId);
    return entry.offset === 0 ? values : (values as Float32Array | Int32Array).slice();
  }

  override read(dataId: tf.DataId): Promise<Values> {
    return Promise.resolve(this.readSync(dataId));
  }

  override disposeData(dataId: tf.DataId, force = false): boolean {
    const entry = this.data.has(dataId) ? this.#entry(dataId) : undefined;
    const disposed = super.disposeData(dataId, force);
    if (disposed) entry?.release();
    return disposed;
  }
}
