import { geluTail } from '../../ops/index.js';
import type { GraphBuilder } from './graph-builder.js';

/** x (1 + erf(x / √2)) / 2, in the form that runtimes know as GELU. */
export function geluGraph(graph: GraphBuilder, x: string): string {
  const erf = graph.node('Erf', [graph.node('Mul', [x, graph.scalar(Math.SQRT1_2)])]);
  return graph.node('Mul', [graph.node('Mul', [x, graph.scalar(0.5)]), graph.node('Add', [erf, graph.scalar(1)])]);
}

/** The same in front of a sign, which must be right far below 0 too: there the tail of `referenceGelu` takes its place. */
export function signedGeluGraph(graph: GraphBuilder, x: string): string {
  const { start, negligible, terms } = geluTail;
  const far = graph.node('Min', [x, graph.scalar(start)]);
  const square = graph.node('Mul', [far, far]);
  const series = terms.map(term => graph.scalar(term)).reduce((sum, term) => graph.node('Add', [graph.node('Div', [sum, square]), term]));
  const exponent = graph.node('Mul', [square, graph.scalar(-0.5)]);
  const kernel = graph.node('Where', [graph.node('Greater', [exponent, graph.scalar(-negligible)]), graph.node('Exp', [exponent]), graph.scalar(0)]);
  const tail = graph.node('Mul', [graph.node('Mul', [kernel, series]), graph.scalar(-1 / Math.sqrt(2 * Math.PI))]);
  return graph.node('Where', [graph.node('Less', [x, graph.scalar(start)]), tail, geluGraph(graph, x)]);
}
