import { html, Markup, type Content } from '../../../report/index.js';
import type { MimeBundle } from '../../session/index.js';
import type { CodeCell, DisplayOutput, Output, ResultOutput } from '../format/index.js';
import { highlight } from './highlight.js';
import { dataAddress, embeddedImage } from './local-images.js';
import type { MarkdownRenderer } from './markdown.js';
import type { Formulas } from './math.js';
import { alternativeOf, imageExtensions, plotlyMime, richest, settled } from './richest.js';
import { sanitizeHtml, type SanitizeOptions } from './sanitize.js';

const shown = [plotlyMime, 'text/html', 'text/markdown', 'image/svg+xml', ...Object.keys(imageExtensions), 'text/latex', 'application/json', 'text/plain'];

/** Renders the outputs of one notebook's cells for a page. */
export class OutputRenderer {
  /** Some output is a figure that Plotly draws. */
  hasFigures = false;
  readonly #folder: string;
  readonly #markdown: MarkdownRenderer;
  readonly #formulas: Formulas;

  /** @param folder of the notebook, from which its images are named */
  constructor(folder: string, markdown: MarkdownRenderer, formulas: Formulas) {
    this.#folder = folder;
    this.#markdown = markdown;
    this.#formulas = formulas;
  }

  render(cell: CodeCell, output: Output): Content {
    switch (output.output_type) {
      case 'stream':
        return html`<pre class="${output.name === 'stderr' ? 'stderr' : 'stdout'}" tabindex="0">${settled(output.text)}</pre>`;
      case 'error':
        return html`<pre class="error" tabindex="0">${settled(output.traceback.length > 0 ? output.traceback.join('\n') : `${output.ename}: ${output.evalue}`)}</pre>`;
      default:
        return this.#display(output, `cell ${cell.execution_count ?? cell.id}`);
    }
  }

  #display(output: DisplayOutput | ResultOutput, place: string): Content {
    const best = richest(output.data, shown);
    if (best === null) return html`<p class="muted">Output of type ${Object.keys(output.data).join(', ')}</p>`;
    const { type, content } = best;
    if (type === plotlyMime) return this.#figure(output, place);
    if (type === 'application/json') return html`<pre tabindex="0">${highlight(JSON.stringify(content, null, 2), 'json')}</pre>`;
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    switch (type) {
      case 'text/html': return html`<div class="html" tabindex="0" role="group" aria-label="Output of ${place}">${new Markup(sanitizeHtml(text, this.#safe(place)))}</div>`;
      case 'text/markdown': return new Markup(this.#markdown.render(text, this.#safe(place), false));
      case 'text/latex': return new Markup(this.#formulas.renderOutput(text));
      case 'text/plain': return html`<pre tabindex="0">${settled(text)}</pre>`;
      default: return html`<img src="${dataAddress(type, text)}" alt="${alternativeOf(output, type, place)}">`;
    }
  }

  /** The figure as data, which the page's script draws, under the picture that stands where no script runs. */
  #figure(output: DisplayOutput | ResultOutput, place: string): Content {
    this.hasFigures = true;
    const alternative = alternativeOf(output, plotlyMime, place);
    const data = JSON.stringify(output.data[plotlyMime]).replaceAll('<', '\\u003c');
    return html`<figure class="plotly">
${picture(output.data, alternative)}
<script type="application/json">${new Markup(data)}</script>
</figure>`;
  }

  #safe(place: string): SanitizeOptions {
    return { image: address => embeddedImage(address, this.#folder), alternative: `Picture that ${place} shows` };
  }
}

function picture(bundle: MimeBundle, alternative: string): Content {
  const best = richest(bundle, ['image/svg+xml', 'image/png', 'image/jpeg']);
  if (best === null || typeof best.content !== 'string') return html`<p class="picture">${alternative}</p>`;
  return html`<img class="picture" src="${dataAddress(best.type, best.content)}" alt="${alternative}">`;
}
