import { methodLabel, whereLabel } from '../binarize/index.js';
import { overviewFigures, type CellRow, type QuestionSection, type Report } from './report.js';

/** Text as LaTeX sets it: its special characters stand for themselves, dashes and minus signs are math. */
export function escapeLatex(text: string): string {
  return text
    .replaceAll(/[\\{}$&#%_~^]/g, character => {
      if (character === '\\') return '\\textbackslash{}';
      if (character === '~') return '\\textasciitilde{}';
      return character === '^' ? '\\textasciicircum{}' : `\\${character}`;
    })
    .replaceAll(/[\u2212\u00b1\u03b1]/g, character => ({ '\u2212': '$-$', '\u00b1': '$\\pm$', '\u03b1': '$\\alpha$' })[character]!)
    .replaceAll('\u2013', '--');
}

/**
 * A mean in percent with half of its interval, both to the digits that the interval leaves: one, or two when the first is a 1
 * ("94.5 ± 0.9", "75 ± 12").
 */
export function meanLatex(mean: number, interval: readonly [number, number] | null): string {
  if (interval === null) return (100 * mean).toFixed(1);
  const half = 50 * (interval[1] - interval[0]);
  const digits = decimals(half);
  return `$${(100 * mean).toFixed(digits)} \\pm ${half.toFixed(digits)}$`;
}

/** Decimals to which an uncertainty is stated. */
function decimals(half: number): number {
  if (half === 0) return 1;
  const exponent = Math.floor(Math.log10(half));
  const leading = half / 10 ** exponent;
  // 0.97 rounds to 1.0 and 1.96 to 2: one digit is enough there.
  return Math.max(0, Math.min(3, (leading < 1.95 ? 1 : 0) - exponent));
}

/** The result table, for `\input` (package booktabs). */
export function resultsLatex(cells: readonly CellRow[]): string {
  return tabular('lllcr', ['binary part', 'method', 'bits', 'scaling factors', 'test accuracy (\\%)'], cells.map(cell => [
    escapeLatex(whereLabel(cell.where)), escapeLatex(methodLabel(cell.method)), escapeLatex(cell.bits), cell.scaled ? 'yes' : 'no',
    meanLatex(cell.mean, cell.interval),
  ]));
}

/** The comparisons behind the claims, in percentage points. */
export function comparisonsLatex(questions: readonly QuestionSection[]): string {
  const rows = questions.flatMap(({ claims }) => claims.flatMap(({ comparisons }) => comparisons));
  return tabular('lrrrl', ['comparison', 'difference (points)', '$n$', 'adjusted $p$', 'verdict'], rows.map(row => [
    escapeLatex(row.label), row.mean === null ? '--' : meanLatex(row.mean, row.interval), String(row.n),
    row.adjustedP === null ? '--' : row.adjustedP < 0.001 ? '$<0.001$' : row.adjustedP.toFixed(3), row.verdict,
  ]));
}

/** A document of its own with tables, figures, environment and command, to be compiled in the folder of the report. */
export function appendixLatex(report: Report): string {
  return `\\documentclass{article}
\\usepackage[T1]{fontenc}
\\usepackage{booktabs,graphicx}
\\usepackage[margin=2.2cm]{geometry}
\\begin{document}
\\section*{${escapeLatex(report.title)}}
${escapeLatex(report.summary)}

\\subsection*{Results}
Test accuracy, mean over the seeds and half of its 95\\,\\% $t$-interval.\\par\\medskip\\noindent
\\input{tables/results.tex}

\\subsection*{Claims}
Differences of paired seeds with half of their 95\\,\\% $t$-interval; $p$-values by Holm within a family.\\par\\medskip\\noindent
{\\footnotesize\\input{tables/comparisons.tex}}
${report.questions.flatMap(({ claims }) => claims).map(({ sentence, finding }) => `\\paragraph{${escapeLatex(sentence)}} ${escapeLatex(finding)}\n`).join('')}
\\subsection*{Figures}
${overviewFigures(report).map(({ id, figure }) => `\\begin{figure}[htbp]\\centering
\\includegraphics[width=\\linewidth]{figures/${id}.pdf}
\\caption{${escapeLatex(figure.caption)}}
\\end{figure}
`).join('')}\\clearpage
\\subsection*{How to repeat it}
\\texttt{${escapeLatex(report.command)}}\\par\\medskip\\noindent
${tabular('ll', ['', ''], report.environment.map(([name, value]) => [escapeLatex(name), escapeLatex(value)]))}\\end{document}
`;
}

function tabular(columns: string, header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `${cells.join(' & ')} \\\\\n`;
  const heading = header.every(cell => cell === '') ? '' : `${line(header)}\\midrule\n`;
  return `\\begin{tabular}{${columns}}\n\\toprule\n${heading}${rows.map(line).join('')}\\bottomrule\n\\end{tabular}\n`;
}
