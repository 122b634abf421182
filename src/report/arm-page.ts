import { count, percent, points } from '../figures/index.js';
import { armId } from './arm-names.js';
import { figureBlock, pairs, table, when } from './blocks.js';
import { html, type Content } from './html.js';
import { armPath } from './overview-page.js';
import type { Arm, ArmRun } from './report.js';
import { meanWithInterval } from './table.js';

/** Path of a run's configuration, as `binvit train --config` takes it, below the report's folder. */
export const configPath = (cell: string, seed: number): string => `configs/${armId(cell)}-${seed}.json`;

/** One arm: what it came to, what is binary in it, its runs, and what they look like inside. */
export function armContent(arm: Arm, before: Arm | undefined, after: Arm | undefined): Content {
  const { title, cell, sites, cost, figures } = arm;
  return html`<h1>${title}</h1>
<p class="lead">${cell.bits}, ${cell.scaled ? 'with' : 'without'} scaling factors, ${count(cell.n, 'seed')}.</p>
<dl class="facts">
${facts(arm).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>
`)}</dl>
${figures.map(figure => html`<section>
<h2>${figure.title}</h2>
${figureBlock(figure, '../')}</section>
`)}<section id="runs">
<h2>Runs</h2>
${runTable(arm)}
</section>
${when(sites.length > 0, html`<section>
<h2>What is binary</h2>
${table('Precision of every site of the model, in the order of computation', [
    { head: 'site', kind: 'text' }, { head: 'weight', kind: 'text' }, { head: 'input', kind: 'text' }, { head: 'method, or why it is float', kind: 'words' },
  ], sites.map(({ layer, weight, input, note }) => [layer, weight, input, note]))}
<p>The formulas stand under <a href="../methods.html">Methods</a>.</p>
</section>
`)}${cost === null ? '' : html`<section>
<h2>Cost</h2>
${pairs('Of one image, by the convention of the literature: OPs = FLOPs + BOPs / 64; a product of a binary and a float operand is half a FLOP', [
    ['parameters of 1 bit', cost.binaryParameters.toLocaleString('en')],
    ['parameters of 32 bits', cost.floatParameters.toLocaleString('en')],
    ['size', `${(cost.sizeBytes / 1000).toLocaleString('en', { maximumFractionDigits: 1 })} kB`],
    ['FLOPs', cost.flops.toLocaleString('en')],
    ['BOPs', cost.bops.toLocaleString('en')],
    ['OPs', cost.ops.toLocaleString('en', { maximumFractionDigits: 0 })],
  ])}
</section>
`}<nav class="between" aria-label="Arms">
${neighbour(before, 'prev', 'Before')}${neighbour(after, 'next', 'Next')}</nav>
`;
}

function facts({ cell, toFloat, cost }: Arm): [string, string][] {
  const difference = toFloat?.mean === null || toFloat === null ? [] : [['to float, paired', toFloat.interval === null
    ? `${points(toFloat.mean)} points` : `${points(toFloat.mean)} [${points(toFloat.interval[0])}, ${points(toFloat.interval[1])}]`] as [string, string]];
  return [
    ['test accuracy, %', meanWithInterval(cell)],
    ...difference,
    ...(cost === null ? [] : [['size, kB', (cost.sizeBytes / 1000).toFixed(1)] as [string, string]]),
  ];
}

function runTable({ cell, runs }: Arm): Content {
  const number = (head: string): { head: string; kind: 'number' } => ({ head, kind: 'number' });
  const text = (head: string): { head: string; kind: 'text' } => ({ head, kind: 'text' });
  const optional = (value: number | null, show: (value: number) => string): string => value === null ? '\u2013' : show(value);
  return html`${table('Of the last step: accuracies in percent, losses as mean cross entropy (training: of the last 50 batches)', [
    text('run'), number('test accuracy'), number('validation'), number('test loss'), number('training loss'), number('steps'), number('learning rate'),
    number('images/s'), number('seconds'), text('configuration'),
  ], runs.map(run => [
    `seed ${run.seed}`, percent(run.testAccuracy), optional(run.validationAccuracy, percent), optional(run.testLoss, loss => loss.toFixed(3)),
    optional(run.trainLoss, loss => loss.toFixed(3)), run.steps, run.learningRate, optional(run.imagesPerSecond, rate => rate.toFixed(0)),
    (run.durationMs / 1000).toFixed(0), configLink(cell.name, run),
  ]), runs.map(({ seed }) => `seed-${seed}`))}
<p>A run's folder lies under <code>runs</code> in the results, named by the whole hash of its configuration, of which the first digits stand here.
<code>binvit train --config</code> with the configuration makes it again.</p>`;
}

function configLink(cell: string, { seed, config, configHash }: ArmRun): Content {
  const short = configHash.slice(0, 12);
  return config === null ? short : html`<a href="../${configPath(cell, seed)}">${short}</a>`;
}

function neighbour(arm: Arm | undefined, relation: 'prev' | 'next', word: string): Content {
  return arm === undefined ? '' : html`<a rel="${relation}" href="../${armPath(arm.cell.name)}">${word}: ${arm.title}</a>
`;
}
