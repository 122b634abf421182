import { createRequire } from 'node:module';
import type protobuf from 'protobufjs';
import { packageVersion } from './package-version.js';

/** A constant of an ONNX graph. */
export interface OnnxTensor {
  readonly name: string;
  /** Empty for a scalar. */
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array | Int8Array;
}

/** An attribute of a node, by its kind. */
export type OnnxAttribute = { readonly int: number } | { readonly ints: readonly number[] } | { readonly float: number };

/** One operation. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A float32 input or output; a size that is a word is free. */
export interface OnnxValue {
  readonly name: string;
  readonly dims: readonly (number | string)[];
}

/** A graph whose nodes stand in an order in which they can be computed. */
export interface OnnxGraph {
  readonly name: string;
  readonly description: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
}

/** LayerNormalization is in the standard since this version; runtimes of 2022 and later read it. */
const operatorSet = 17;
const intermediateRepresentation = 8;

/** The part of onnx.proto that a graph of ours needs, with the field numbers of the standard. */
const schema = {
  nested: {
    Entry: { fields: { key: { type: 'string', id: 1 }, value: { type: 'string', id: 2 } } },
    OperatorSet: { fields: { domain: { type: 'string', id: 1 }, version: { type: 'int64', id: 2 } } },
    Attribute: {
      fields: {
        name: { type: 'string', id: 1 }, f: { type: 'float', id: 2 }, i: { type: 'int64', id: 3 }, ints: { rule: 'repeated', type: 'int64', id: 8 },
        type: { type: 'int32', id: 20 },
      },
    },
    Node: {
      fields: {
        input: { rule: 'repeated', type: 'string', id: 1 }, output: { rule: 'repeated', type: 'string', id: 2 }, name: { type: 'string', id: 3 },
        opType: { type: 'string', id: 4 }, attribute: { rule: 'repeated', type: 'Attribute', id: 5 },
      },
    },
    Tensor: {
      fields: {
        dims: { rule: 'repeated', type: 'int64', id: 1 }, dataType: { type: 'int32', id: 2 }, name: { type: 'string', id: 8 }, rawData: { type: 'bytes', id: 9 },
      },
    },
    Dimension: { fields: { dimValue: { type: 'int64', id: 1 }, dimParam: { type: 'string', id: 2 } } },
    Shape: { fields: { dim: { rule: 'repeated', type: 'Dimension', id: 1 } } },
    TensorType: { fields: { elemType: { type: 'int32', id: 1 }, shape: { type: 'Shape', id: 2 } } },
    Type: { fields: { tensorType: { type: 'TensorType', id: 1 } } },
    ValueInfo: { fields: { name: { type: 'string', id: 1 }, type: { type: 'Type', id: 2 } } },
    Graph: {
      fields: {
        node: { rule: 'repeated', type: 'Node', id: 1 }, name: { type: 'string', id: 2 }, initializer: { rule: 'repeated', type: 'Tensor', id: 5 },
        docString: { type: 'string', id: 10 }, input: { rule: 'repeated', type: 'ValueInfo', id: 11 }, output: { rule: 'repeated', type: 'ValueInfo', id: 12 },
      },
    },
    Model: {
      fields: {
        irVersion: { type: 'int64', id: 1 }, producerName: { type: 'string', id: 2 }, producerVersion: { type: 'string', id: 3 },
        graph: { type: 'Graph', id: 7 }, opsetImport: { rule: 'repeated', type: 'OperatorSet', id: 8 },
        metadataProps: { rule: 'repeated', type: 'Entry', id: 14 },
      },
    },
  },
};

let model: protobuf.Type | null = null;

/** Made when it is asked for: protobufjs takes longer to load than all else here, and whoever starts a kernel needs none. */
function onnxModel(): protobuf.Type {
  return model ??= (createRequire(import.meta.url)('protobufjs/light.js') as typeof protobuf).Root.fromJSON(schema).lookupType('Model');
}

const attributeTypes = { float: 1, int: 2, ints: 7 } as const;
const floatType = 1;

/**
 * A graph as the bytes of an `.onnx` file.
 *
 * @param metadata kept in the file as pairs of texts
 * @see the standard: https://github.com/onnx/onnx/blob/main/docs/IR.md
 */
export function encodeOnnx(graph: OnnxGraph, metadata: Readonly<Record<string, string>>): Uint8Array {
  return onnxModel().encode({
    irVersion: intermediateRepresentation,
    producerName: 'binvit',
    producerVersion: packageVersion(),
    opsetImport: [{ domain: '', version: operatorSet }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: graph.name,
      docString: graph.description,
      node: graph.nodes.map(({ op, inputs, outputs, attributes }) => ({
        opType: op, input: inputs, output: outputs, name: outputs[0]!, attribute: Object.entries(attributes).map(([name, value]) => attributeOf(name, value)),
      })),
      initializer: graph.constants.map(tensorOf),
      input: graph.inputs.map(valueInfo),
      output: graph.outputs.map(valueInfo),
    },
  }).finish();
}

/** The message of an `.onnx` file as plain objects, of the fields that {@link encodeOnnx} writes. */
export function decodeOnnx(bytes: Uint8Array): object {
  const type = onnxModel();
  return type.toObject(type.decode(bytes), { longs: Number });
}

function attributeOf(name: string, value: OnnxAttribute): object {
  if ('int' in value) return { name, type: attributeTypes.int, i: value.int };
  if ('float' in value) return { name, type: attributeTypes.float, f: value.float };
  return { name, type: attributeTypes.ints, ints: value.ints };
}

function tensorOf({ name, dims, data }: OnnxTensor): object {
  const dataType = data instanceof Float32Array ? floatType : data instanceof Int8Array ? 3 : 7;
  // The format is little-endian, as every machine that Node runs on.
  return { name, dims, dataType, rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

function valueInfo({ name, dims }: OnnxValue): object {
  const dim = dims.map(size => typeof size === 'number' ? { dimValue: size } : { dimParam: size });
  return { name, type: { tensorType: { elemType: floatType, shape: { dim } } } };
}
