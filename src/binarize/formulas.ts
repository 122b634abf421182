import type { EstimatorSpec, InputBinarizerSpec, ScaleGradient, ScaleGranularity, WeightBinarizerSpec } from './spec.js';

/** A formula in LaTeX, with the words that belong to it. */
export interface Formula {
  readonly what: string;
  readonly tex: string;
}

/** What a weight binarizer computes, forward and backward: W the latent weight, G the gradient at its binary form. */
export function weightFormulas({ estimator, scale, threshold }: WeightBinarizerSpec): Formula[] {
  const shifted = {
    'zero': { what: '', tex: 'W' },
    'mean': { what: 'centred weight', tex: String.raw`V = W - \overline{W}` },
    'standardize': { what: 'standardised weight', tex: String.raw`V = (W - \overline{W}) / \sqrt{\mathrm{var}(W) + \epsilon}` },
    'dead-zone': { what: 'threshold', tex: String.raw`\Delta = ${threshold.name === 'dead-zone' ? threshold.factor : 0}\,\overline{|W|}` },
    'stochastic': { what: 'in training', tex: String.raw`P(B = +1) = \mathrm{clip}((W + 1)/2,\ 0,\ 1)` },
  }[threshold.name];
  const signed = threshold.name === 'mean' || threshold.name === 'standardize' ? 'V' : 'W';
  const binary = threshold.name === 'dead-zone' ? String.raw`B = \mathrm{sign}(W)\,\mathbf{1}\{|W| > \Delta\}` : String.raw`B = \mathrm{sign}(${signed})`;
  const alpha = {
    'none': String.raw`\alpha = 1`,
    'mean-abs': scale.name === 'mean-abs'
      ? String.raw`\alpha_{${index(scale.per)}} = \frac{1}{n} \sum_i |${scale.of === 'latent' ? 'W' : signed}_{i${index(scale.per)}}|` : '',
    'learned': String.raw`\alpha\ \text{trained, from}\ \overline{|W|}`,
    'power-of-two': String.raw`\alpha_j = 2^{\mathrm{round}(\log_2 \overline{|${signed}_j|})}`,
  }[scale.name];
  return [
    ...(shifted.what === '' ? [] : [shifted]),
    { what: 'weight', tex: String.raw`\widehat{W} = \alpha\,B,\quad ${binary}` },
    { what: 'scaling factor', tex: alpha },
    { what: 'gradient', tex: scaleGradient(scale.name === 'mean-abs' ? scale.gradient : 'detached', scale.name === 'none', signed) },
    { what: 'estimator', tex: estimatorTex(estimator, signed) },
  ];
}

/** What an input binarizer computes, forward and backward: x the activation. */
export function inputFormulas({ levels, estimator, scale, threshold }: InputBinarizerSpec): Formula[] {
  const shifted = threshold.name === 'learned' ? 'x + b' : 'x';
  const cut = threshold.name === 'row-max' ? String.raw`${threshold.fraction} \max_j x_j` : scale.name === 'elastic' ? String.raw`\beta / 2` : '1/2';
  const binary = levels === 'signed' ? String.raw`\mathrm{sign}(${shifted})` : String.raw`\mathbf{1}\{${shifted} \ge ${cut}\}`;
  const beta = {
    'none': null, 'mean-abs': String.raw`\beta_t = \overline{|x_t|}`, 'learned': String.raw`\beta_t\ \text{trained, from}\ 1`, 'elastic': String.raw`\beta\ \text{trained}`,
  }[scale.name];
  return [
    { what: 'activation', tex: String.raw`\widehat{x} = ${beta === null ? '' : String.raw`\beta\,`}${binary}` },
    ...(beta === null ? [] : [{ what: 'scaling factor', tex: beta }]),
    { what: 'estimator', tex: estimatorTex(estimator, 'x') },
  ];
}

function index(per: ScaleGranularity): string {
  return per === 'tensor' ? '' : 'j';
}

function scaleGradient(gradient: ScaleGradient, unscaled: boolean, signed: string): string {
  if (unscaled) return String.raw`\partial L/\partial W = G \odot f(${signed})`;
  return String.raw`\partial L/\partial W = ` + {
    'exact': String.raw`\alpha\,G \odot f(${signed}) + \frac{1}{n}\,B \sum G \odot B`,
    'detached': String.raw`\alpha\,G \odot f(${signed})`,
    'paper': String.raw`G \odot \left(\frac{1}{n} + \alpha f(${signed})\right)`,
    'straight-through': String.raw`G \odot f(${signed})`,
  }[gradient];
}

function estimatorTex(estimator: EstimatorSpec, x: string): string {
  const formulas = {
    'identity': '1',
    'clipped': String.raw`\mathbf{1}\{|${x}| \le 1\}`,
    'approx-sign': String.raw`(2 - 2|${x}|)\,\mathbf{1}\{|${x}| \le 1\}`,
    'swish-sign': String.raw`\beta\,\frac{2 - \beta ${x} \tanh(\beta ${x}/2)}{1 + \cosh \beta ${x}},\quad \beta = ${estimator.name === 'swish-sign' ? estimator.beta : 0}`,
    'ede': String.raw`k\,t\,(1 - \tanh^2 t ${x}),\quad k = \max(1/t, 1)`,
    'recu': String.raw`\mathbf{1}\{|${x}| \le Q\},\quad Q = -\overline{|${x}|}\,\ln(2 - 2\tau)`,
  };
  return String.raw`f(${x}) = ${formulas[estimator.name]}`;
}
