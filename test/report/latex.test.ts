import { describe, expect, it } from 'vitest';
import { escapeLatex } from '../../src/io/index.js';
import { appendixLatex, comparisonsLatex, meanLatex, resultsLatex } from '../../src/report/latex.js';
import { sampleReport } from './sample.js';

describe('meanLatex', () => {
  it.each([
    [0.9449, [0.9356, 0.9542], '$94.5 \\pm 0.9$'],
    [0.754, [0.636, 0.872], '$75 \\pm 12$'],
    [0.9239, [0.9128, 0.935], '$92.4 \\pm 1.1$'],
    [0.98712, [0.98682, 0.98742], '$98.71 \\pm 0.03$'],
    [0.5, [0.3, 0.7], '$50 \\pm 20$'],
    [0.9, null, '90.0'],
    [-0.012, [-0.018, -0.006], '$-1.2 \\pm 0.6$'],
  ] as const)('%f with %j has the digits that its interval leaves', (mean, interval, expected) => {
    expect(meanLatex(mean, interval)).toBe(expected);
  });
});

it('special characters stand for themselves', () => {
  expect(escapeLatex('50% of a_b & {c} #1 $2 ~x^y \\z − α ±')).toBe(
    '50\\% of a\\_b \\& \\{c\\} \\#1 \\$2 \\textasciitilde{}x\\textasciicircum{}y \\textbackslash{}z $-$ $\\alpha$ $\\pm$');
});

it('the result table has a row for each cell, between the rules of booktabs', () => {
  const lines = resultsLatex(sampleReport().cells).trimEnd().split('\n');
  expect(lines).toEqual([
    '\\begin{tabular}{lllcr}', '\\toprule', 'binary part & method & bits & scaling factors & test accuracy (\\%) \\\\', '\\midrule',
    'nothing binary & float & W32A32 & no & $95.0 \\pm 0.4$ \\\\', 'MLP only & BWN & W1A32 & yes & 90.0 \\\\', '\\bottomrule', '\\end{tabular}',
  ]);
});

it('names from configs cannot become commands', () => {
  const report = sampleReport('\\input{/etc/passwd}');
  for (const text of [resultsLatex(report.cells), comparisonsLatex(report.questions), appendixLatex(report)]) {
    expect(text).not.toContain('\\input{/etc');
    expect(text).toContain('\\textbackslash{}input\\{/etc/passwd\\}');
  }
});

it('the appendix shows every figure of the overview and reads its tables', () => {
  const text = appendixLatex(sampleReport());
  expect([...text.matchAll(/includegraphics\[[^\]]*\]\{([^}]*)\}/g)].map(match => match[1])).toEqual(
    ['accuracy', 'pareto', 'cost', 'differences-scaling', 'interaction', 'curves', 'scales'].map(id => `figures/${id}.pdf`));
  expect([...text.matchAll(/\\input\{([^}]*)\}/g)].map(match => match[1])).toEqual(['tables/results.tex', 'tables/comparisons.tex']);
});
