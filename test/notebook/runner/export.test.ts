import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportNotebook, notebookMarkdown, notebookPage, notebookScript } from '../../../src/notebook/runner/export/index.js';
import { formatNotebook, parseNotebook, runNotebook, writeNotebook, type Cell, type CodeCell, type MarkdownCell, type Notebook, type Output } from '../../../src/notebook/runner/index.js';
import { chromiumPath, launchChromium } from '../../figures/chromium.js';

const folder = mkdtempSync(join(tmpdir(), 'binvit-export-'));
afterAll(() => { rmSync(folder, { recursive: true }); });

const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="760" height="300"><rect width="760" height="300" fill="#fff"/><text x="20" y="40">static picture</text></svg>';

function markdown(id: string, source: string, attachments?: MarkdownCell['attachments']): Cell {
  return { cell_type: 'markdown', id, metadata: {}, source, ...attachments === undefined ? {} : { attachments } };
}

function code(id: string, source: string, outputs: Output[] = [], metadata: CodeCell['metadata'] = {}): CodeCell {
  return { cell_type: 'code', id, metadata, source, outputs, execution_count: 1 };
}

function display(data: Record<string, string | object>, metadata: object = {}): Output {
  return { output_type: 'display_data', data: data as Record<string, string>, metadata: metadata as Record<string, string> };
}

/** What runs a script where HTML is only cleaned by the look of it. */
const hostile = [
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=window.pwned=1&gt;">',
  '<noscript><p title="</noscript><img src=x onerror=window.pwned=1>">',
  '<svg></p><style><a id="</style><img src=1 onerror=window.pwned=1>">',
  '<a href="java\nscript:window.pwned=1">x</a><a href=" \x01javascript:window.pwned=1">x</a>',
  '<img src="data:text/html,<script>window.pwned=1</script>">',
  '<div style="background: url(javascript:window.pwned=1); width: expression(window.pwned=1)">x</div>',
  '<form action="https://example.org"><button formaction="javascript:window.pwned=1">x</button><input autofocus onfocus="window.pwned=1"></form>',
  '<template><script>window.pwned=1</script></template><base href="https://example.org"><meta http-equiv="refresh" content="0;url=https://example.org">',
  '<details open ontoggle="window.pwned=1">x</details><object data="https://example.org"></object><embed src="https://example.org"><link rel=stylesheet href="https://example.org/x.css">',
];

const notebook: Notebook = {
  metadata: { language_info: { name: 'typescript' } },
  cells: [
    markdown('intro', '# Scaling factors\n\nThe optimum is $\\alpha^* = \\frac{1}{n}\\lVert W \\rVert_1$, it costs $5 and $6.\n\n$$\n\\min_\\alpha \\lVert W - \\alpha B \\rVert^2\n$$\n\nSee [below](#Results-of-$x$) and <b onclick="steal()">this</b>.'),
    markdown('env', '\\begin{align*}\na &= \\mathbb{E}[x] \\\\\n= b &+ \\mathcal{L}\n\\end{align*}\n\n![a dot](attachment:dot%20one.png) ![elsewhere](https://example.org/x.png)', { 'dot one.png': { 'image/png': dot } }),
    markdown('more', '## Data\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n```ts\nconst x: number = 1;\n```\n\n## Results of $x$\n\ntext'),
    code('print', 'for (const n of [1, 2]) console.log(n); // a comment\nconst text = "<b>" + `x`;', [
      { output_type: 'stream', name: 'stdout', text: '10 %\r50 %\r100 %\n\x1b[31mred\x1b[0m\n' }, { output_type: 'stream', name: 'stderr', text: 'careful\n' },
    ]),
    code('plot', 'show(figure)', [display({
      'application/vnd.plotly.v1+json': { data: [{ type: 'scatter', x: [1, 2], y: [3, 4], name: '</script><script>window.pwned=1</script>' }], layout: { height: 300 } }, 'image/svg+xml': svg, 'text/plain': 'figure',
    }, { 'application/vnd.plotly.v1+json': { alt: 'Accuracy rises from 3 to 4.' } })]),
    code('sankey', 'show(flows)', [display({ 'application/vnd.plotly.v1+json': {
      data: [{ type: 'sankey', node: { label: ['A', 'B', 'C', 'D'], align: 'left' }, link: { source: [0, 1, 0], target: [1, 2, 3], value: [8, 8, 4] } }], layout: { height: 300 },
    } }, { 'application/vnd.plotly.v1+json': { alt: 'Flows from A to C and D.' } })]),
    code('table', 'frame', [{
      output_type: 'execute_result', execution_count: 1, metadata: {},
      data: {
        'text/html': '<style>td { color: red }</style><table onmouseover="window.pwned=1" style="border: 1px solid; position: fixed; background-image: url(x)"><tr><th></th><th>a</th></tr><tr><th>0</th><td><a href="javascript:window.pwned=1">1</a><img src=x onerror="window.pwned=1"></td></tr></table><svg viewBox="0 0 2 2" width="20"><script>window.pwned=1</script><circle r="1"/></svg><iframe src="https://example.org"></iframe><script>window.pwned = 1</script>',
        'text/plain': 'a\n1',
      },
    }]),
    code('hostile', 'attack', hostile.map(text => display({ 'text/html': text }))),
    markdown('hostile-text', hostile.join('\n\n')),
    code('others', 'more', [
      display({ 'image/png': dot, 'text/plain': 'a red dot' }), display({ 'text/latex': '$$E = mc^2$$' }), display({ 'application/json': { a: [1, 'b'] } }),
      display({ 'text/markdown': '**bold**' }), display({ 'application/x-unknown': 'x' }),
      { output_type: 'error', ename: 'TypeError', evalue: 'no', traceback: ['TypeError: no', '    at Cell [7]:1:1'] },
    ], { jupyter: { source_hidden: true } }),
    { cell_type: 'raw', id: 'raw', metadata: {}, source: 'raw <text>' },
    code('blank', ''),
  ],
};

const page = notebookPage(notebook, { title: 'export', folder });

describe('export as a page', () => {
  it('renders formulas with MathML, and leaves prices alone', () => {
    expect(page.match(/<math/g)).toHaveLength(5);
    expect(page).toContain('it costs $5 and $6.');
    expect(page).not.toContain('katex-error');
  });

  it('has the fonts of the formulas in it, and no others', () => {
    expect(page).toContain('KaTeX_Main;font-style:normal;font-weight:400;src:url(data:font/woff2;base64,');
    expect(page).toMatch(/@font-face\{[^}]*KaTeX_AMS/);
    expect(page).toMatch(/@font-face\{[^}]*KaTeX_Caligraphic/);
    expect(page).not.toMatch(/@font-face\{[^}]*KaTeX_Fraktur/);
    expect(page).not.toContain('url(fonts/');
    const plain = notebookPage({ metadata: {}, cells: [markdown('a', '# No formula')] }, { title: 'x', folder });
    expect(plain).not.toContain('KaTeX');
    expect(plain).not.toContain('<script');
  });

  it('has Plotly in it once, and only where there is a figure', () => {
    expect(page.match(/plotly\.js v\d/g)?.length).toBe(1);
  });

  it('names the page by its first heading, and by the file where there is none', () => {
    expect(page).toContain('<title>Scaling factors</title>');
    expect(notebookPage({ metadata: {}, cells: [] }, { title: 'my file', folder })).toContain('<h1>my file</h1>');
  });

  it('keeps nothing of the notebook\'s HTML that acts or fetches', () => {
    const body = page.slice(page.indexOf('<main'), page.indexOf('</main>'));
    for (const word of ['onclick', 'onerror', 'onmouseover', 'ontoggle', '<iframe', '<form', '<style', '<meta', '<base', '<embed', 'src="https', 'src="x"']) expect(body).not.toContain(word);
    expect(body).not.toMatch(/(href|src)="[^"#]*javascript:|position:|url\(/);
    expect(body).toContain('<a href="https://example.org/x.png" rel="noopener noreferrer">elsewhere</a>');
  });

  it('prints terminal text as it ended, without colours', () => {
    expect(page).toContain('>100 %\nred\n</pre>');
  });

  it('hides the source of cells that say so', () => {
    expect(page).toContain('<details><summary>Code</summary>');
  });
});

describe.skipIf(chromiumPath === null)(`the page in Chromium${chromiumPath === null ? ' (skipped: no Chromium found)' : ''}`, () => {
  let browser: Browser;
  const path = join(folder, 'page.html');
  beforeAll(async () => {
    writeFileSync(path, page);
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  /** The page as it is read, with a list of what it asked the network for and what it complained of. */
  async function open(colorScheme: 'light' | 'dark', more: object = {}): Promise<{ page: Page; requests: string[]; complaints: string[] }> {
    const context = await browser.newContext({ colorScheme, ...more });
    const tab = await context.newPage();
    const [requests, complaints]: [string[], string[]] = [[], []];
    tab.on('request', request => { if (!/^(file|data|blob):/.test(request.url())) requests.push(request.url()); });
    tab.on('console', message => { if (message.type() === 'error') complaints.push(message.text()); });
    tab.on('pageerror', error => { complaints.push(error.message); });
    await tab.goto(pathToFileURL(path).href);
    return { page: tab, requests, complaints };
  }

  it.each([['light', 1000], ['dark', 340]] as const)('rows 31 and 38: draws its figures, runs nothing of the notebook, fetches nothing and has no violation of accessibility (%s, %i pixels wide)', async (scheme, width) => {
    const { page: tab, requests, complaints } = await open(scheme, { viewport: { width, height: 900 } });
    await tab.locator('.plot .scatterlayer .trace').waitFor();
    // Nodes of a sankey figure, aligned as older versions of plotly do not: D, where a flow ends, is left of C.
    await tab.locator('figure.plotly').nth(1).scrollIntoViewIfNeeded();
    const nodes = tab.locator('.plot .sankey-node .node-rect');
    await nodes.nth(3).waitFor();
    const [a, b, c, d] = await nodes.evaluateAll(elements => elements.map(element => Math.round(element.getBoundingClientRect().x)));
    expect(d).toBe(b);
    expect(a! < b! && b! < c!).toBe(true);
    expect(await tab.locator('.plot').first().getAttribute('aria-label')).toBe('Accuracy rises from 3 to 4.');
    expect(await tab.evaluate('window.pwned')).toBeUndefined();
    await tab.evaluate('for (const details of document.querySelectorAll("details")) details.open = true');
    // Through the protocol of the debugger, which the page's policy does not bind.
    await tab.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    const { violations } = await tab.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>('axe.run()');
    expect(violations.map(({ id, nodes }) => [id, nodes.map(node => node.html)])).toEqual([]);
    expect(requests).toEqual([]);
    expect(complaints).toEqual([]);
    await tab.context().close();
  });

  it('shows all of 20 figures of a notebook that ran twice, with Plotly once in the page and never in the notebook', async () => {
    const cells = Array.from({ length: 20 }, (_, at) => code(`figure${at}`,
      `display({ [Symbol.for("Jupyter.display")]: () => ({ "application/vnd.plotly.v1+json": { data: [{ type: "bar", x: [1, 2], y: [${at}, 3] }], layout: { height: 200 } } }) });`));
    const options = { cwd: folder, typeCheck: 'off' } as const;
    const { notebook: once } = await runNotebook({ metadata: {}, cells }, options);
    const { notebook: twice } = await runNotebook(once, options);
    expect(formatNotebook(twice).length).toBeLessThan(1_000_000);
    const written = notebookPage(twice, { title: 'many', folder });
    expect(written.match(/plotly\.js v\d/g)?.length).toBe(1);
    writeFileSync(join(folder, 'many.html'), written);
    const { page: tab, requests, complaints } = await open('light');
    await tab.goto(pathToFileURL(join(folder, 'many.html')).href);
    const figures = tab.locator('figure.plotly');
    expect(await figures.count()).toBe(20);
    for (const figure of await figures.all()) {
      await figure.scrollIntoViewIfNeeded();
      await figure.locator('.plot .bars .point').nth(1).waitFor();
    }
    expect([requests, complaints]).toEqual([[], []]);
    await tab.context().close();
  });

  it('shows the static picture where no script runs', async () => {
    const { page: tab } = await open('light', { javaScriptEnabled: false });
    expect(await tab.locator('img.picture').isVisible()).toBe(true);
    await tab.context().close();
  });
});

describe('export as Markdown', () => {
  it('writes pictures beside the text, and text that GitHub shows', () => {
    writeNotebook(join(folder, 'my notebook.ipynb'), notebook);
    const path = exportNotebook(join(folder, 'my notebook.ipynb'), 'md');
    const text = readFileSync(path, 'utf8');
    expect(path).toBe(join(folder, 'my notebook.md'));
    expect(text).toContain('![a dot](my%20notebook_files/env-dot_one.png)');
    expect(text).toContain('![figure](my%20notebook_files/plot-1.svg)');
    expect(text).toContain('```typescript\nfor (const n of');
    expect(text).toContain('```text\n100 %\nred\n```');
    expect(text).toContain('$$\n\\min_\\alpha');
    expect(readdirSync(join(folder, 'my notebook_files')).sort()).toEqual(['env-dot_one.png', 'others-1.png', 'plot-1.svg']);
    expect(readFileSync(join(folder, 'my notebook_files/plot-1.svg'), 'utf8')).toBe(svg);
    expect(readFileSync(join(folder, 'my notebook_files/others-1.png')).toString('base64')).toBe(dot);
  });

  it('puts pictures into the text where no folder is given', () => {
    const { text, pictures } = notebookMarkdown(notebook, null);
    expect(pictures).toEqual([]);
    expect(text).toContain(`![a red dot](data:image/png;base64,${dot})`);
  });

  it('fences code that holds fences', () => {
    expect(notebookMarkdown({ metadata: {}, cells: [code('a', 'x = `\n````\n`')] }, null).text).toBe('`````typescript\nx = `\n````\n`\n`````\n');
  });
});

describe('export as a script', () => {
  it('separates cells by // %% and keeps text as comments', () => {
    const script = notebookScript(parseNotebook(JSON.stringify({
      nbformat: 4, nbformat_minor: 5, metadata: {},
      cells: [{ cell_type: 'markdown', id: 'a', metadata: {}, source: '# Title\n\ntext' }, { cell_type: 'code', id: 'b', metadata: {}, source: 'let x = 1;\n', outputs: [], execution_count: 1 }],
    })));
    expect(script).toBe('// %% [markdown]\n// # Title\n//\n// text\n\n// %%\nlet x = 1;\n');
  });
});
