import katex from 'katex';
import { inputFormulas, methodLabel, methodNames, methods, weightFormulas, type Formula } from '../binarize/index.js';
import { pairs, table } from './blocks.js';
import { html, Markup, type Content } from './html.js';
import type { Report } from './report.js';

/** What was done: model, recipe, binarization, statistics. */
export function methodsContent({ cells, arms }: Report): Content {
  const config = arms.flatMap(({ runs }) => runs).find(run => run.config !== null)?.config;
  const used = methodNames.filter(name => cells.some(cell => cell.method === name));
  return html`<h1>Methods</h1>
${config == null ? '' : html`<section>
<h2>Model</h2>
<p>A Vision Transformer: patch embedding, position embedding, encoder blocks of MHSA and MLP with LayerNorm in front of each and a residual
around each, LayerNorm, head. Patch embedding, head, norms and biases are never binary here.</p>
${pairs('Configuration of the model', entries(config.model))}
</section>
<section>
<h2>Training</h2>
<p>The same for all arms but for the learning rate, which is tuned for each on the validation images with equal trials, and the latent
clip, which belongs to a method. Rate: linear warm-up, then half a cosine to zero. Arms with the same seed share initial weights, split and
order of the batches, so that their differences are paired.</p>
${pairs('Recipe of one run', entries(omit(config, ['model', 'plan', 'seed', 'learningRate', 'latentClip'])))}
</section>
`}<section>
<h2>Binarization</h2>
<p>Every linear layer of a binary part computes <em>y</em> = <em>x̂ Ŵ</em> + <em>b</em> with the latent weight <em>W</em> that training updates.
<em>G</em> is the gradient at the binary weight, <em>f</em> the estimator that stands in for the derivative of sign, <em>n</em> the number of
weights that share a factor; sign(0) = +1. A method without activation formulas leaves its inputs float.</p>
${used.map(name => {
    const { weight, input, latentClip, source } = methods[name];
    return html`<h3>${methodLabel(name)}</h3>
<p>${source}. Latent weights ${latentClip === null ? 'are not clipped' : `are kept in [\u2212${latentClip}, ${latentClip}]`}.</p>
${formulaTable(`${methodLabel(name)}: formulas`, [...weightFormulas(weight), ...(input === null ? [] : inputFormulas(input))])}`;
  })}</section>
<section>
<h2>Statistics</h2>
<p>The claims and their margins were fixed in code before any run. A comparison takes, for each seed, the difference of two arms that share
it; its interval is Student's 95 % interval of the mean over seeds. A comparison is supported or contradicted when the two-sided t-test
against its margin stays below 0.05 after Holm's correction over all comparisons that answer one question; where there are seeds enough for it
to be possible, the exact sign-flip test, which assumes no normal values, must be below 0.05 too. All else is undecided. A claim is supported
when all its comparisons are, contradicted when one is. Failed runs keep their claims undecided; runs that did not learn count as they are.</p>
</section>
`;
}

function formulaTable(caption: string, formulas: readonly Formula[]): Content {
  return table(caption, [{ head: '', kind: 'text' }, { head: '', kind: 'words' }], formulas.map(({ what, tex }) => [what, mathML(tex)]));
}

/** Browsers set MathML by themselves, so that no fonts need to lie beside the page. */
function mathML(tex: string): Markup {
  return new Markup(katex.renderToString(tex, { output: 'mathml', throwOnError: true }));
}

function entries(fields: object): [string, string][] {
  return Object.entries(fields).map(([name, value]) => [name, value === null ? 'none' : typeof value === 'object' ? JSON.stringify(value) : String(value)]);
}

function omit<Fields extends object>(fields: Fields, names: readonly (keyof Fields & string)[]): object {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !(names as readonly string[]).includes(name)));
}
