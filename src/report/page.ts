import { methodLabel, whereLabel } from '../binarize/index.js';
import { count, percent, points } from '../figures/index.js';
import { html, Markup, type Content } from './html.js';
import { figuresOf, type Absence, type CellRow, type ClaimRow, type QuestionSection, type Report, type ReportFigure } from './report.js';
import { script } from './script.js';
import { style } from './style.js';
import { meanWithInterval } from './table.js';

/** The whole page as HTML. It refers only to files that lie beside it. */
export function page(report: Report): string {
  const { accuracy, curves, scales, weights, absent } = report;
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${report.title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<header>
<h1>${report.title}</h1>
<p class="lead">${report.summary}</p>
</header>
<main>
${when(absent.length > 0, html`<p class="notice">Not everything is here: ${absentInWords(absent)}. What follows rests on the others.
<a href="#absent">Which, and why</a>.</p>
`)}<section>
${report.questions.map(({ question, answer }) => answer === null ? '' : html`<h2>${question}</h2>
<p class="answer"><strong>${answer.lead}</strong> ${answer.detail}</p>
`)}</section>
<section>
<h2>Accuracy</h2>
${figureBlock(accuracy)}
${cellTable(report.cells)}
${when(report.notes.length > 0, html`<details>
<summary>Notes on the learning rates</summary>
<ul>
${report.notes.map(note => html`<li>${note}</li>
`)}</ul>
</details>
`)}</section>
<section>
<h2>Claims, fixed before the runs</h2>
${report.questions.map(questionBlock)}</section>
${when(curves !== null, html`<section>
<h2>Training</h2>
${figureBlock(curves)}
</section>
`)}${when(scales !== null || weights.length > 0, html`<section>
<h2>Scaling factors and latent weights</h2>
<p>One run of each arm: the one with the lowest seed.</p>
${figureBlock(scales)}
${weights.map(weightsItem)}</section>
`)}${when(absent.length > 0, html`<section id="absent">
<h2>Failed, missing and damaged runs</h2>
${table('', ['run', 'what'], absent.map(({ kind, run, reason }) => [run, `${kind}: ${reason}`]))}
</section>
`)}<section>
<h2>How to repeat it</h2>
<pre><code>${report.command}</code></pre>
${table('Environment', null, report.environment)}
${table('Data: SHA-256 of what was read', null, report.data)}
<p>Every run is a row of <a href="results.csv">results.csv</a>. Static figures:
${figuresOf(report).map(({ id }, index) => html`${index === 0 ? '' : ', '}<a href="${path(id)}">${id}</a>`)}.</p>
</section>
</main>
<script src="plotly.js"></script>
<script src="figures.js"></script>
<script>${new Markup(script)}</script>
</body>
</html>
`.text;
}

/** Path of a static figure, relative to the page. */
export const path = (id: string): string => `figures/${id}.svg`;

const when = (condition: boolean, content: Content): Content => condition ? content : '';

function figureBlock(entry: ReportFigure | null): Content {
  if (entry === null) return html`<p>No finished run to draw.</p>`;
  const { id, figure: { layout, caption, alternative } } = entry;
  return html`<figure id="${id}">
<img src="${path(id)}" width="${layout.width}" height="${layout.height}" alt="${alternative}">
<figcaption>${caption} <a href="${path(id)}" download>SVG</a></figcaption>
</figure>`;
}

function weightsItem(entry: ReportFigure): Content {
  return html`<details>
<summary>${entry.title}</summary>
${figureBlock(entry)}
</details>
`;
}

function questionBlock({ question, claims, figure }: QuestionSection): Content {
  return html`<h3>${question}</h3>
<ul class="claims">
${claims.map(claimItem)}</ul>
${figureBlock(figure)}
<details>
<summary>All comparisons with their p-values</summary>
${comparisonTable(claims)}
</details>
`;
}

function claimItem({ sentence, finding, verdict, n }: ClaimRow): Content {
  return html`<li><span class="badge ${verdict}">${verdict} at n = ${n}</span> <strong>${sentence}</strong>
<p class="finding">${finding}</p></li>
`;
}

function comparisonTable(claims: readonly ClaimRow[]): Content {
  const probability = (p: number | null): string => p === null ? '\u2013' : p < 0.0005 ? '< 0.001' : p.toFixed(3);
  return html`<div class="scroll"><table>
<caption>Differences in percentage points. p: two-sided t-test against the margin; Holm: the same, corrected for all comparisons that answer
one question; sign flip: exact test without the assumption of normal values.</caption>
<thead><tr><th>comparison</th><th class="number">margin</th><th class="number">difference</th><th class="number">95 % interval</th><th class="number">n</th>
<th class="number">p</th><th class="number">Holm</th><th class="number">sign flip</th><th>verdict</th></tr></thead>
<tbody>
${claims.flatMap(({ comparisons }) => comparisons).map(({ label, margin, mean, interval, n, p, adjustedP, signFlipP, verdict }) => html`<tr>
<td class="text">${label}</td><td class="number">${points(margin)}</td><td class="number">${mean === null ? '\u2013' : points(mean)}</td>
<td class="number">${interval === null ? '\u2013' : `${points(interval[0])} to ${points(interval[1])}`}</td><td class="number">${n}</td>
<td class="number">${probability(p)}</td><td class="number">${probability(adjustedP)}</td><td class="number">${probability(signFlipP)}</td>
<td class="${verdict}">${verdict}</td></tr>
`)}</tbody>
</table></div>`;
}

function cellTable(cells: readonly CellRow[]): Content {
  return html`<div class="scroll"><table>
<caption>Accuracy in percent: mean over seeds \u00b1 half of its 95 % t-interval. A dash: one seed gives no interval.</caption>
<thead><tr><th>binary part</th><th>method</th><th>bits</th><th>scaling factors</th><th class="number">test accuracy</th><th class="number">validation</th>
<th class="number">seeds</th><th class="number">learning rate</th><th class="number">images/s</th></tr></thead>
<tbody>
${cells.map(cell => html`<tr><td>${whereLabel(cell.where)}</td><td>${methodLabel(cell.method)}</td><td>${cell.bits}</td><td>${cell.scaled ? 'yes' : 'no'}</td>
<td class="number">${meanWithInterval(cell)}</td><td class="number">${cell.validationAccuracy === null ? '\u2013' : percent(cell.validationAccuracy)}</td>
<td class="number">${cell.n}</td><td class="number">${cell.learningRates.join(', ')}</td><td class="number">${cell.imagesPerSecond?.toFixed(0) ?? '\u2013'}</td></tr>
`)}</tbody>
</table></div>`;
}

/** "2 runs failed, 1 run missing". */
function absentInWords(absent: readonly Absence[]): string {
  return (['failed', 'missing', 'damaged'] as const).map(kind => ({ kind, n: absent.filter(entry => entry.kind === kind).length }))
    .filter(({ n }) => n > 0).map(({ kind, n }) => `${count(n, 'run')} ${kind}`).join(', ');
}

/** A table of two columns, the first of which names the row. */
function table(caption: string, heads: readonly [string, string] | null, rows: readonly (readonly [string, string])[]): Content {
  return html`<div class="scroll"><table>
${when(caption !== '', html`<caption>${caption}</caption>
`)}${when(heads !== null, html`<thead><tr><th>${heads?.[0] ?? ''}</th><th>${heads?.[1] ?? ''}</th></tr></thead>
`)}<tbody>
${rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td class="text">${value}</td></tr>
`)}</tbody>
</table></div>`;
}
