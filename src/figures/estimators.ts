import * as tf from '@tensorflow/tfjs';
import { estimatorFactor, type EstimatorSpec } from '../binarize/index.js';
import { defaultWidth, type Figure, type FigureOptions } from './figure.js';
import { escapeText } from './text.js';
import { legendUnderTitle, neutral, templates } from './theme.js';

/** An estimator at one moment of training. */
export interface EstimatorCurve {
  readonly label: string;
  readonly estimator: EstimatorSpec;
  /** Share of the training that is done, 0 to 1; only `ede` changes with it. Default 0. */
  readonly progress?: number;
}

const reach = 2;
const points = 401;
const colors = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000'];

/** What the backward pass puts in place of the derivative of the sign, drawn from the code that trains: f(x) of each estimator. */
export function estimatorsFigure(curves: readonly EstimatorCurve[], options: FigureOptions = {}): Figure {
  const x = Array.from({ length: points }, (_, i) => -reach + 2 * reach * i / (points - 1));
  const drawn = curves.map(({ label, estimator, progress = 0 }) => ({
    label, values: tf.tidy(() => [...estimatorFactor(tf.tensor1d(x), estimator, progress).dataSync()].map(value => Number(value.toPrecision(4)))),
  }));
  const height = 380;
  return {
    data: drawn.map(({ label, values }, index) => ({
      type: 'scatter', mode: 'lines', name: escapeText(label), x: x.map(value => Number(value.toFixed(3))), y: values,
      line: { color: colors[index % colors.length], width: 2, dash: index < colors.length ? 'solid' : 'dash' },
    })),
    layout: {
      template: templates.light,
      width: options.width ?? defaultWidth,
      height,
      title: { text: escapeText(options.title ?? 'Gradient estimators of the sign') },
      xaxis: { title: { text: 'x, what the sign is taken of' }, zeroline: true, zerolinecolor: neutral, zerolinewidth: 1 },
      yaxis: { title: { text: 'factor of the gradient' }, rangemode: 'tozero' },
      legend: legendUnderTitle(height),
      margin: { l: 60, r: 20, t: 76, b: 54 },
    },
    caption: 'Factor f(x) by which each estimator multiplies the gradient that reaches sign(x). The true derivative is 0 everywhere but at 0.',
    alternative: `Factor at x = 0, 0.5, 1 and 1.5: ${drawn.map(({ label, values }) =>
      `${label}: ${[0, 0.5, 1, 1.5].map(at => values[Math.round((at + reach) / (2 * reach) * (points - 1))]!.toPrecision(3)).join(', ')}`).join('; ')}.`,
  };
}
