import { methodLabel, whereLabel } from '../binarize/index.js';
import { count, percent, points } from '../figures/index.js';
import { armId } from './arm-names.js';
import { figureBlock, pairs, table, when } from './blocks.js';
import { html, type Content } from './html.js';
import type { Absence, CellRow, ClaimRow, QuestionSection, Report, ReportedComparison, ReportFigure } from './report.js';
import { meanWithInterval } from './table.js';

/** Path of an arm's page from the report's folder. */
export const armPath = (cell: string): string => `arms/${armId(cell)}.html`;

/** The overview: the answers first, then what they rest on. */
export function overviewContent(report: Report): Content {
  const { accuracy, interaction, pareto, cost, curves, scales, absent } = report;
  return html`<h1>${report.title}</h1>
<p class="lead">${report.summary}</p>
${when(absent.length > 0, html`<p class="notice">Not everything is here: ${absentInWords(absent)}. What follows rests on the others.
<a href="#absent">Which, and why</a>.</p>
`)}<section>
${report.questions.map(({ question, answer }) => answer === null ? '' : html`<h2>${question}</h2>
<p class="answer"><strong>${answer.lead}</strong> ${answer.detail}</p>
`)}</section>
<section>
<h2>Accuracy</h2>
${figureOr(accuracy)}
${cellTable(report.cells)}
${when(report.notes.length > 0, html`<details>
<summary>Notes on the learning rates</summary>
<ul>
${report.notes.map(note => html`<li>${note}</li>
`)}</ul>
</details>
`)}</section>
${when(pareto !== null, html`<section>
<h2>What the accuracy costs</h2>
${figureOr(pareto)}
${figureOr(cost)}
</section>
`)}<section>
<h2>Claims, fixed before the runs</h2>
${report.questions.map(questionBlock)}
${when(interaction !== null, html`<h3>Is binarizing both parts worse than the sum of the two?</h3>
${figureOr(interaction)}
`)}</section>
${when(curves !== null, html`<section>
<h2>Training</h2>
${figureOr(curves)}
</section>
`)}${when(scales !== null, html`<section>
<h2>Scaling factors</h2>
<p>One run of each arm: the one with the lowest seed. The latent weights stand on the page of each arm.</p>
${figureOr(scales)}
</section>
`)}${when(absent.length > 0, html`<section id="absent">
<h2>Failed, missing and damaged runs</h2>
${table('Runs without a result', [{ head: 'run', kind: 'text' }, { head: 'what', kind: 'words' }], absent.map(({ kind, run, reason }) => [run, `${kind}: ${reason}`]))}
</section>
`)}<section>
<h2>How to repeat it</h2>
<pre tabindex="0"><code>${report.command}</code></pre>
${pairs('Environment', report.environment)}
${pairs('Data: SHA-256 of what was read', report.data)}
<p>Every run is a row of <a href="results.csv">results.csv</a>, and has its configuration on the page of its arm. For a paper: figures as PDF
(below each), tables in <code>tables</code>, and <a href="appendix.tex">appendix.tex</a>, which takes them all.</p>
</section>
`;
}

const figureOr = (entry: ReportFigure | null): Content => entry === null ? html`<p>No finished run to draw.</p>` : figureBlock(entry);

function questionBlock({ question, claims, figure }: QuestionSection): Content {
  return html`<h3>${question}</h3>
<ul class="claims">
${claims.map(claimItem)}</ul>
${figureOr(figure)}
<details>
<summary>All comparisons with their p-values</summary>
${comparisonTable(question, claims)}
</details>
`;
}

function claimItem({ sentence, finding, verdict, n }: ClaimRow): Content {
  return html`<li><span class="badge ${verdict}">${verdict} at n = ${n}</span> <strong>${sentence}</strong>
<p class="finding">${finding}</p></li>
`;
}

function comparisonTable(question: string, claims: readonly ClaimRow[]): Content {
  const probability = (p: number | null): string => p === null ? '\u2013' : p < 0.0005 ? '< 0.001' : p.toFixed(3);
  const row = ({ label, margin, mean, interval, n, p, adjustedP, signFlipP, verdict, differences, cells }: ReportedComparison): Content[] => [
    label, points(margin), mean === null ? '\u2013' : points(mean), interval === null ? '\u2013' : `${points(interval[0])} to ${points(interval[1])}`, n,
    probability(p), probability(adjustedP), probability(signFlipP), html`<span class="${verdict}">${verdict}</span>`,
    differences.map(({ seed, value }) => `seed ${seed}: ${points(value)}`).join(', '),
    cells.map((cell, index) => html`${index === 0 ? '' : ', '}<a href="${armPath(cell)}#runs">${cell}</a>`),
  ];
  const number = (head: string): { head: string; kind: 'number' } => ({ head, kind: 'number' });
  return table(`${question} Differences in percentage points. p: two-sided t-test against the margin; Holm: the same, corrected for all comparisons that `
    + 'answer one question; sign flip: exact test without the assumption of normal values.', [
    { head: 'comparison', kind: 'text' }, number('margin'), number('difference'), number('95 % interval'), number('n'), number('p'), number('Holm'),
    number('sign flip'), { head: 'verdict', kind: 'text' }, { head: 'each seed', kind: 'text' }, { head: 'runs', kind: 'text' },
  ], claims.flatMap(({ comparisons }) => comparisons).map(row));
}

function cellTable(cells: readonly CellRow[]): Content {
  const number = (head: string): { head: string; kind: 'number' } => ({ head, kind: 'number' });
  const text = (head: string): { head: string; kind: 'text' } => ({ head, kind: 'text' });
  return table('Accuracy in percent: mean over seeds \u00b1 half of its 95 % t-interval. A dash: one seed gives no interval. Each accuracy leads to its runs.', [
    text('arm'), text('binary part'), text('bits'), text('scaling factors'), number('test accuracy'), number('validation'), number('seeds'),
    number('learning rate'), number('images/s'),
  ], cells.map(cell => [
    html`<a href="${armPath(cell.name)}">${methodLabel(cell.method)}</a>`, whereLabel(cell.where), cell.bits, cell.scaled ? 'yes' : 'no',
    html`<a href="${armPath(cell.name)}#runs">${meanWithInterval(cell)}</a>`,
    cell.validationAccuracy === null ? '\u2013' : percent(cell.validationAccuracy), cell.n, cell.learningRates.join(', '),
    cell.imagesPerSecond?.toFixed(0) ?? '\u2013',
  ]));
}

/** "2 runs failed, 1 run missing". */
function absentInWords(absent: readonly Absence[]): string {
  return (['failed', 'missing', 'damaged'] as const).map(kind => ({ kind, n: absent.filter(entry => entry.kind === kind).length }))
    .filter(({ n }) => n > 0).map(({ kind, n }) => `${count(n, 'run')} ${kind}`).join(', ');
}
