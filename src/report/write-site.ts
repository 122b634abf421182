import { copyFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { exportSvg, pdfOf, templates } from '../figures/index.js';
import { writeFileAtomic } from '../io/index.js';
import { armContent, configPath } from './arm-page.js';
import { figurePath } from './blocks.js';
import { figureDataPath, frame, type Page } from './frame.js';
import { appendixLatex, comparisonsLatex, resultsLatex } from './latex.js';
import { methodsContent } from './methods-page.js';
import { armPath, overviewContent } from './overview-page.js';
import { figuresOf, overviewFigures, type Report, type ReportFigure } from './report.js';

/**
 * Writes the report as a folder that opens from a file system without a network: `index.html` (the overview), `methods.html`,
 * `arms/*.html`, beside each page its interactive figures as data, `figures/*.svg` and `*.pdf` (the same, static),
 * `plotly.js`, `results.csv`, `configs/*.json` (one a run), and for a paper `tables/*.tex` and `appendix.tex`. Equal reports give
 * equal bytes.
 *
 * @param csv the runs, for `results.csv`
 * @returns path of `index.html`; it is written last, so that whatever it refers to is there
 */
export async function writeSite(report: Report, csv: string, outDir: string): Promise<string> {
  for (const folder of ['figures', 'tables', 'arms', 'configs']) await mkdir(join(outDir, folder), { recursive: true });
  const write = (path: string, text: string | Buffer): void => { writeFileAtomic(join(outDir, path), text); };
  await Promise.all(figuresOf(report).map(async ({ id, figure }) => {
    const svg = await exportSvg(figure);
    write(figurePath(id), svg);
    // While the thread draws the next one.
    write(figurePath(id).replace(/svg$/, 'pdf'), await pdfOf(svg, figure));
  }));
  // All that our figures draw with, at a third of the size of the whole.
  await copyFile(createRequire(import.meta.url).resolve('plotly.js-cartesian-dist-min/plotly-cartesian.min.js'), join(outDir, 'plotly.js'));
  write('results.csv', csv);
  for (const { cell, runs } of report.arms) {
    for (const { seed, config } of runs) if (config !== null) write(configPath(cell.name, seed), `${JSON.stringify(config, null, 2)}\n`);
  }
  write('tables/results.tex', resultsLatex(report.cells));
  write('tables/comparisons.tex', comparisonsLatex(report.questions));
  write('appendix.tex', appendixLatex(report));
  for (const { figures, ...page } of pages(report)) {
    if (figures.length > 0) write(figureDataPath(page.path), figureData(figures));
    write(page.path, frame({ ...page, interactive: figures.length > 0 }));
  }
  return join(outDir, 'index.html');
}

/** The overview is the last. */
function pages(report: Report): (Omit<Page, 'interactive'> & { readonly figures: readonly ReportFigure[] })[] {
  const { arms, title } = report;
  return [
    ...arms.map((arm, index) => ({
      path: armPath(arm.cell.name), title: `${arm.title}: ${title}`, content: armContent(arm, arms[index - 1], arms[index + 1]), figures: arm.figures,
    })),
    { path: 'methods.html', title: `Methods: ${title}`, content: methodsContent(report), figures: [] },
    { path: 'index.html', title, content: overviewContent(report), figures: overviewFigures(report) },
  ];
}

/** What the page's script reads. */
function figureData(entries: readonly ReportFigure[]): string {
  const figures = Object.fromEntries(entries.map(({ id, figure }) => [id, figure]));
  return `const report = ${JSON.stringify({ templates, figures })};\n`;
}
