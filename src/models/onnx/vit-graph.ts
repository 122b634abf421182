import type * as tf from '@tensorflow/tfjs';
import { binarizersAt, type BinarizationPlan, type InputBinarizerSpec } from '../../binarize/index.js';
import type { OnnxGraph } from '../../io/index.js';
import type { BinaryDense, WeightColumns } from '../../layers/index.js';
import { prefixTokenCount, tokenCount, type VitConfig } from '../config.js';
import { binaryDenseLayers, vitDefinition, vitParameters } from '../vit.js';
import { binarizeGraph, type BinarizedRows } from './binarize-graph.js';
import { geluGraph, signedGeluGraph } from './gelu-graph.js';
import { GraphBuilder } from './graph-builder.js';

/** How the binary weights are stored: folded to ±scale, or as ±1 in 8 bits with their scales in a DequantizeLinear. */
export type OnnxWeights = 'float' | 'int8';

/** A ViT as an ONNX graph: images `[batch, inChans, imgSize, imgSize]` to logits `[batch, numClasses]`. */
export function vitGraph(model: tf.LayersModel, weights: OnnxWeights): OnnxGraph {
  return new VitGraph(model, weights).build();
}

/** Follows the layers of the model in their order; a value is known by its name. */
class VitGraph {
  readonly #graph = new GraphBuilder();
  readonly #config: VitConfig;
  readonly #plan: BinarizationPlan;
  readonly #weights: OnnxWeights;
  readonly #layers: ReadonlyMap<string, BinaryDense>;
  readonly #parameters: ReadonlyMap<string, tf.Variable>;

  constructor(model: tf.LayersModel, weights: OnnxWeights) {
    const { config, plan } = vitDefinition(model);
    this.#config = config;
    this.#plan = plan;
    this.#weights = weights;
    this.#layers = new Map(binaryDenseLayers(model).map(layer => [layer.name, layer]));
    this.#parameters = new Map(vitParameters(model).map(({ name, variable }) => [name, variable]));
  }

  build(): OnnxGraph {
    const { imgSize, inChans, numClasses, depth, distillation, classToken } = this.#config;
    const graph = this.#graph;
    let x = this.#patches('images');
    if (distillation !== undefined) x = this.#prefixed(x, 'dist_token');
    if (classToken) x = this.#prefixed(x, 'cls_token');
    x = graph.node('Add', [x, this.#parameter('pos_embed')]);
    for (let block = 0; block < depth; block++) x = this.#block(x, block);
    graph.node('Identity', [this.#readOut(x)], {}, 'logits');
    return {
      name: 'vit',
      description: this.#weights === 'float' ? 'Binary weights are float32 values of -scale and +scale.'
        : 'Binary weights are int8 values of -1 and +1 (0 for ternary methods); a DequantizeLinear multiplies them by their scales.',
      inputs: [{ name: 'images', dims: ['batch', inChans, imgSize, imgSize] }],
      outputs: [{ name: 'logits', dims: ['batch', numClasses] }],
      nodes: graph.nodes,
      constants: graph.constants,
    };
  }

  /** Patches flattened by row, column and channel, projected: `[batch, patches, dim]`. */
  #patches(images: string): string {
    const { imgSize, patchSize: patch, inChans } = this.#config;
    const side = imgSize / patch;
    const graph = this.#graph;
    const cut = graph.node('Reshape', [images, graph.integers(0, inChans, side, patch, side, patch)]);
    const ordered = graph.node('Transpose', [cut], { perm: { ints: [0, 2, 4, 3, 5, 1] } });
    return this.#dense(graph.node('Reshape', [ordered, graph.integers(0, side * side, patch * patch * inChans)]), 'patch_embed.proj');
  }

  #prefixed(x: string, token: string): string {
    const graph = this.#graph;
    const batch = graph.node('Shape', [x], { start: { int: 0 }, end: { int: 1 } });
    const shape = graph.node('Concat', [batch, graph.integers(1, this.#config.embedDim)], { axis: { int: 0 } });
    return graph.node('Concat', [graph.node('Expand', [this.#parameter(token), shape]), x], { axis: { int: 1 } });
  }

  #block(x: string, block: number): string {
    const name = `blocks.${block}`;
    const graph = this.#graph;
    const attended = graph.node('Add', [x, this.#attention(this.#norm(x, `${name}.norm1`), block, `${name}.attn`)]);
    return graph.node('Add', [attended, this.#mlp(this.#norm(attended, `${name}.norm2`), block, `${name}.mlp`)]);
  }

  #attention(x: string, block: number, name: string): string {
    const { embedDim: dim, numHeads: heads } = this.#config;
    const graph = this.#graph;
    const scores = binarizersAt(this.#plan, 'scores', block).input;
    const { input: probabilities, values } = binarizersAt(this.#plan, 'probabilities', block);
    const operands = ['query', 'key', 'value'].map(operand => `${name}.${operand}`);
    const parts = graph.split('Split', [this.#dense(x, `${name}.qkv`), graph.integers(dim, dim, dim)], { axis: { int: 2 } }, operands);
    const [q, k, v] = parts.map((part, index) => {
      const operand = this.#binarized(part, index === 2 ? values : scores, operands[index]!);
      const split = graph.node('Reshape', [operand, graph.integers(0, tokenCount(this.#config), heads, dim / heads)]);
      return graph.node('Transpose', [split], { perm: { ints: index === 1 ? [0, 2, 3, 1] : [0, 2, 1, 3] } });
    }) as [string, string, string];
    const scaled = graph.node('Mul', [graph.node('MatMul', [q, k]), graph.scalar(1 / Math.sqrt(dim / heads))]);
    const { levels, factor } = this.#rows(graph.node('Softmax', [scaled], { axis: { int: -1 } }), probabilities, `${name}.probabilities`);
    const product = graph.node('MatMul', [levels, v]);
    const merged = graph.node('Transpose', [factor === null ? product : graph.node('Mul', [product, factor])], { perm: { ints: [0, 2, 1, 3] } });
    return this.#dense(graph.node('Reshape', [merged, graph.integers(0, tokenCount(this.#config), dim)]), `${name}.proj`);
  }

  #mlp(x: string, block: number, name: string): string {
    const hidden = this.#dense(x, `${name}.fc1`);
    const gelu = binarizersAt(this.#plan, 'fc2', block).input === null ? geluGraph : signedGeluGraph;
    return this.#dense(this.#plan.activation === 'rprelu' ? this.#rprelu(hidden, `${name}.act`) : gelu(this.#graph, hidden), `${name}.fc2`);
  }

  #rprelu(x: string, name: string): string {
    const graph = this.#graph;
    const shifted = graph.node('Sub', [x, this.#parameter(`${name}.before`)]);
    return graph.node('Add', [graph.node('PRelu', [shifted, this.#parameter(`${name}.slope`)]), this.#parameter(`${name}.after`)]);
  }

  #readOut(x: string): string {
    const { globalPool, distillation } = this.#config;
    const graph = this.#graph;
    if (distillation === 'heads') {
      const normed = this.#norm(x, 'norm');
      const sum = graph.node('Add', [this.#dense(this.#token(normed, 0), 'head'), this.#dense(this.#token(normed, 1), 'head_dist')]);
      return graph.node('Mul', [sum, graph.scalar(0.5)]);
    }
    if (globalPool === 'token') return this.#dense(this.#token(this.#norm(x, 'norm'), 0), 'head');
    const prefixes = prefixTokenCount(this.#config);
    const patches = prefixes === 0 ? x
      : graph.node('Slice', [x, graph.integers(prefixes), graph.integers(tokenCount(this.#config)), graph.integers(1)]);
    return this.#dense(this.#norm(graph.node('ReduceMean', [patches], { axes: { ints: [1] }, keepdims: { int: 0 } }), 'fc_norm'), 'head');
  }

  /** One token of a sequence, `[batch, dim]`. */
  #token(x: string, index: number): string {
    const position = this.#graph.constant(`index_${index}`, BigInt64Array.of(BigInt(index)), []);
    return this.#graph.node('Gather', [x, position], { axis: { int: 1 } });
  }

  #norm(x: string, name: string): string {
    return this.#graph.node('LayerNormalization', [x, this.#parameter(`${name}.weight`), this.#parameter(`${name}.bias`)],
      { axis: { int: -1 }, epsilon: { float: this.#config.layerNormEps } });
  }

  #dense(x: string, name: string): string {
    const graph = this.#graph;
    const parts = this.#layers.get(name)!.weightColumns().map(columns => {
      const input = this.#binarized(x, columns.group.input, `${columns.group.name}.input`);
      return graph.node('MatMul', [input, this.#weight(columns)]);
    });
    const product = parts.length === 1 ? parts[0]! : graph.node('Concat', parts, { axis: { int: -1 } });
    return this.#parameters.has(`${name}.bias`) ? graph.node('Add', [product, this.#parameter(`${name}.bias`)]) : product;
  }

  #weight({ group, latent, binarized }: WeightColumns): string {
    const graph = this.#graph;
    const name = `${group.name}.weight`;
    if (binarized === null) return this.#tensor(name, latent());
    const { binary, scale, effective } = binarized();
    try {
      const perGroupOfInputs = scale.shape[0] !== 1;
      if (this.#weights === 'float' || perGroupOfInputs) return graph.constant(name, Float32Array.from(effective.dataSync()), effective.shape);
      const signs = graph.constant(name, Int8Array.from(binary.dataSync()), binary.shape);
      const scales = Float32Array.from(scale.dataSync());
      const factor = graph.constant(`${group.name}.scale`, scales, scales.length === 1 ? [] : [scales.length]);
      return graph.node('DequantizeLinear', [signs, factor], scales.length === 1 ? {} : { axis: { int: 1 } });
    } finally {
      for (const view of [binary, scale, effective]) view.dispose();
    }
  }

  #binarized(x: string, spec: InputBinarizerSpec | null, prefix: string): string {
    const { levels, factor } = this.#rows(x, spec, prefix);
    return factor === null ? levels : this.#graph.node('Mul', [levels, factor]);
  }

  #rows(x: string, spec: InputBinarizerSpec | null, prefix: string): BinarizedRows {
    if (spec?.scale.name === 'elastic' && this.#parameters.get(`${prefix}.alpha`)!.dataSync()[0] === 0) {
      throw new Error(`onnx: ${prefix}: expected a trained scale, found one that has not met a batch yet: train the model first`);
    }
    return spec === null ? { levels: x, factor: null } : binarizeGraph(this.#graph, spec, x, prefix, name => this.#parameter(name));
  }

  #parameter(name: string): string {
    const variable = this.#parameters.get(name);
    if (variable === undefined) throw new RangeError(`onnx: expected the model to have the parameter "${name}", found none`);
    return this.#graph.constant(name, Float32Array.from(variable.dataSync()), variable.shape);
  }

  #tensor(name: string, tensor: tf.Tensor): string {
    const made = this.#graph.constant(name, Float32Array.from(tensor.dataSync()), tensor.shape);
    tensor.dispose();
    return made;
  }
}
