import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Cells of code; a string that begins with `#` is a Markdown cell. */
type Cells = readonly string[];

/** By their names in the folder, without extension. */
const notebooks: Readonly<Record<string, { readonly kernelspec?: string; readonly cells: Cells }>> = {
  run: {
    kernelspec: 'tslab',
    cells: [
      "import { scale } from './scale';\nconst values: number[] = [3, 1, 4, 1, 5].map(scale);\nvalues",
      "console.log('to stdout');\nconsole.error('to stderr');\nvalues.length",
      "function fail(count: number): never {\n  throw new RangeError(`no ${count}`);\n}\nfail(values.length);",
      "'never reached'",
    ],
  },
  figure: {
    cells: [
      'const figure = (values: number[]) => ({\n  data: [{ y: values }],\n  layout: { title: { text: `${values.length} values` }, height: 300 },\n});\nconst live = display(figure([1, 3, 2]));',
      'live.update(figure([1, 3, 2, 5]));',
      "show({ data: [{ type: 'scattergl', mode: 'markers', y: [1, 2] }, { mode: 'markers', y: Array.from({ length: 5000 }, (_, i) => Math.sin(i)) }] });",
    ],
  },
  language: {
    cells: [
      '/** Sum of two numbers. */\nfunction plus(a: number, b: number): number {\n  return a + b;\n}',
      'plus(1, 2).toFixed(1)',
      'const wrong: string = plus(1, 2);',
      'plus(3, 4)',
    ],
  },
  stop: {
    cells: ['let kept = 42;\nprocess.pid', 'while (true) {}', 'kept', "const answer = await input('Your name?');\n`hello ${answer}`"],
  },
  'notebooks/tour': {
    cells: [
      '## The scaling factor of XNOR-Net\n$\\alpha = \\frac{1}{n} \\sum_i |w_i|$ is the least-squares optimum of $\\lVert W - \\alpha\\,\\mathrm{sign}(W) \\rVert^2$.',
      [
        'const weights = Array.from({ length: 512 }, (_, i) => Math.sin(i) * Math.cos(3 * i));',
        'const fit = (alpha: number) => ({',
        '  alpha, error: weights.reduce((sum, w) => sum + (w - alpha * Math.sign(w)) ** 2, 0),',
        '});',
        'const best = fit(weights.reduce((sum, w) => sum + Math.abs(w), 0) / weights.length);',
        'best',
      ].join('\n'),
      [
        'const fits = Array.from({ length: 41 }, (_, i) => fit(i / 40));',
        'show({',
        '  data: [',
        "    { x: fits.map(f => f.alpha), y: fits.map(f => f.error), name: 'binary weights' },",
        "    { x: [best.alpha], y: [best.error], mode: 'markers', marker: { size: 12 }, name: 'mean |w|' },",
        '  ],',
        '  layout: {',
        "    height: 280, margin: { t: 20, b: 45 }, xaxis: { title: { text: 'alpha' } }, yaxis: { title: { text: 'squared error' } },",
        '  },',
        '});',
      ].join('\n'),
    ],
  },
  debug: {
    cells: ['const offset = 1;', 'const twice = (value: number): number => {\n  const doubled = value * 2;\n  return doubled + offset;\n};\ntwice(21)'],
  },
};

/** Fills a folder with the notebooks of the checks and the module that one of them imports. */
export function writeWorkspace(folder: string): void {
  mkdirSync(join(folder, 'notebooks'), { recursive: true });
  writeFileSync(join(folder, 'scale.ts'), 'export const scale = (value: number): number => 10 * value;\n');
  for (const [name, { kernelspec, cells }] of Object.entries(notebooks)) writeFileSync(notebookPath(folder, name), notebookText(cells, kernelspec));
}

export const notebookPath = (folder: string, name: string): string => join(folder, `${name}.ipynb`);

/** What a notebook file holds of a cell. */
export interface SavedCell {
  readonly execution_count: number | null;
  readonly outputs: readonly { readonly output_type: string; readonly traceback?: readonly string[]; readonly data?: Readonly<Record<string, unknown>> }[];
}

export const savedCells = (folder: string, name: string): readonly SavedCell[] =>
  (JSON.parse(readFileSync(notebookPath(folder, name), 'utf8')) as { cells: SavedCell[] }).cells;

export function notebookText(cells: Cells, kernelspec = 'binvit'): string {
  return JSON.stringify({
    nbformat: 4, nbformat_minor: 5,
    metadata: { kernelspec: { name: kernelspec, display_name: 'TypeScript', language: 'typescript' }, language_info: { name: 'typescript' } },
    cells: cells.map((source, index) => ({
      id: `cell-${index}`, metadata: {}, source,
      ...(source.startsWith('#') ? { cell_type: 'markdown' } : { cell_type: 'code', execution_count: null, outputs: [] }),
    })),
  });
}
