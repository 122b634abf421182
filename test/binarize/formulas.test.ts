import katex from 'katex';
import { describe, expect, it } from 'vitest';
import { inputFormulas, methodNames, methods, weightFormulas, type Formula } from '../../src/binarize/index.js';

const tex = (formulas: readonly Formula[], what: string): string | undefined => formulas.find(formula => formula.what === what)?.tex;

describe('the formulas of a binarizer', () => {
  it.each(methodNames)('of %s are LaTeX that KaTeX reads without an error', name => {
    const { weight, input, attention } = methods[name];
    const formulas = [weight].flatMap(weightFormulas);
    const inputs = [input, attention?.operands, attention?.probabilities].filter(spec => spec != null).flatMap(inputFormulas);
    expect(formulas.length).toBeGreaterThanOrEqual(4);
    for (const { tex: formula } of [...formulas, ...inputs]) {
      expect(formula).not.toMatch(/undefined|NaN|object/);
      expect(() => katex.renderToString(formula, { throwOnError: true, strict: 'error' })).not.toThrow();
    }
  });

  it('are those of the papers', () => {
    const xnor = weightFormulas(methods['xnor-net'].weight);
    expect(tex(xnor, 'scaling factor')).toBe(String.raw`\alpha_{j} = \frac{1}{n} \sum_i |W_{ij}|`);
    expect(tex(xnor, 'gradient')).toContain(String.raw`\frac{1}{n}\,B \sum G \odot B`);
    expect(tex(weightFormulas(methods.bnn.weight), 'scaling factor')).toBe(String.raw`\alpha = 1`);
    expect(tex(weightFormulas(methods.twn.weight), 'threshold')).toBe(String.raw`\Delta = 0.7\,\overline{|W|}`);
    expect(tex(weightFormulas(methods['ir-net'].weight), 'scaling factor')).toContain('2^{');
    expect(tex(inputFormulas(methods['bi-real'].input!), 'estimator')).toContain('(2 - 2|x|)');
    expect(tex(inputFormulas(methods.react.input!), 'activation')).toContain('x + b');
  });
});
