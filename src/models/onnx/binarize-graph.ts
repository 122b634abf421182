import type { InputBinarizerSpec } from '../../binarize/index.js';
import type { GraphBuilder } from './graph-builder.js';

/** Constant of a parameter of the model, by its name. */
export type ParameterConstant = (name: string) => string;

/** Names of the levels, and of the factor of each row that is multiplied after the product; null for 1. */
export interface BinarizedRows {
  readonly levels: string;
  readonly factor: string | null;
}

/**
 * An input binarizer as it evaluates, in two parts as `binarizeRows` has them; its levels come from comparisons, since ONNX's Sign
 * has three.
 *
 * @param prefix path of the binarizer's parameters: `blocks.0.attn.qkv.input`
 */
export function binarizeGraph(graph: GraphBuilder, spec: InputBinarizerSpec, x: string, prefix: string, parameter: ParameterConstant): BinarizedRows {
  const { levels, scale, threshold } = spec;
  const moved = threshold.name === 'learned' ? graph.node('Add', [x, parameter(`${prefix}.shift`)]) : x;
  const unit = scale.name === 'elastic' ? graph.node('Max', [parameter(`${prefix}.alpha`), graph.scalar(1e-5)]) : null;
  const pattern = levels === 'signed'
    ? choose(graph, graph.node('GreaterOrEqual', [moved, graph.scalar(0)]), 1, -1)
    : choose(graph, graph.node('Greater', [moved, edge(graph, spec, moved, unit)]), 1, 0);
  if (unit !== null) return { levels: graph.node('Mul', [pattern, unit]), factor: null };
  if (scale.name === 'learned') return { levels: pattern, factor: parameter(`${prefix}.beta`) };
  return { levels: pattern, factor: scale.name === 'mean-abs' ? leastSquares(graph, moved, pattern) : null };
}

function choose(graph: GraphBuilder, condition: string, yes: number, no: number): string {
  return graph.node('Where', [condition, graph.scalar(yes), graph.scalar(no)]);
}

/** The threshold of unsigned levels. */
function edge(graph: GraphBuilder, { threshold }: InputBinarizerSpec, moved: string, unit: string | null): string {
  if (threshold.name === 'row-max') {
    const largest = graph.node('ReduceMax', [moved], { axes: { ints: [-1] }, keepdims: { int: 1 } });
    return graph.node('Max', [graph.node('Mul', [largest, graph.scalar(threshold.fraction)]), graph.scalar(1e-30)]);
  }
  return unit === null ? graph.scalar(0.5) : graph.node('Mul', [unit, graph.scalar(0.5)]);
}

/** ⟨x, B⟩ / ⟨B, B⟩ of each row; a row of zeros has 0. */
function leastSquares(graph: GraphBuilder, moved: string, pattern: string): string {
  const rowSum = (value: string): string => graph.node('ReduceSum', [value, graph.integers(-1)], { keepdims: { int: 1 } });
  const squares = rowSum(graph.node('Mul', [pattern, pattern]));
  return graph.node('Div', [rowSum(graph.node('Mul', [moved, pattern])), graph.node('Max', [squares, graph.scalar(1)])]);
}
