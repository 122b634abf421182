import { methodLabel, whereLabel } from '../binarize/index.js';
import { escapeLatex, estimateLatex, tabular } from '../io/index.js';
import { overviewFigures, type CellRow, type QuestionSection, type Report } from './report.js';

/** A mean in percent with half of its interval, see `estimateLatex`. */
export function meanLatex(mean: number, interval: readonly [number, number] | null): string {
  return interval === null ? (100 * mean).toFixed(1) : estimateLatex(100 * mean, 50 * (interval[1] - interval[0]));
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
