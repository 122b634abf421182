import type { OnnxAttribute, OnnxNode, OnnxTensor } from '../../io/index.js';

/** Collects nodes and constants of an ONNX graph; every method returns the name of what it made. */
export class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxTensor[] = [];
  readonly #known = new Set<string>();

  /** @param output name of the result; made from the operation unless it matters */
  node(op: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}, output?: string): string {
    return this.split(op, inputs, attributes, [output ?? `${op}_${this.nodes.length}`])[0]!;
  }

  /** A node with several results. */
  split(op: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>>, outputs: readonly string[]): readonly string[] {
    this.nodes.push({ op, inputs, outputs, attributes });
    return outputs;
  }

  constant(name: string, data: OnnxTensor['data'], dims: readonly number[]): string {
    if (!this.#known.has(name)) this.constants.push({ name, data, dims });
    this.#known.add(name);
    return name;
  }

  /** A float scalar; equal ones are one constant. */
  scalar(value: number): string {
    return this.constant(`scalar_${value}`, Float32Array.of(value), []);
  }

  /** A list of int64, as shapes and axes want it. */
  integers(...values: readonly number[]): string {
    return this.constant(`integers_${values.join('_')}`, BigInt64Array.from(values, BigInt), [values.length]);
  }
}
