import { copyFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { exportSvgs, pdfOf, templates } from '../figures/index.js';
import { writeFileAtomic } from '../io/index.js';
import { appendixLatex, comparisonsLatex, resultsLatex } from './latex.js';
import { page, path } from './page.js';
import { figuresOf, type Report } from './report.js';

/**
 * Writes the report as a folder that opens from a file system without a network: `index.html`, `figures.js` (the
 * interactive figures as data), `figures/*.svg` and `*.pdf` (the same, static), `plotly.js`, `results.csv`, and for a paper
 * `tables/*.tex` and `appendix.tex`. Equal reports give equal bytes.
 *
 * @param csv the runs, for `results.csv`
 * @returns path of `index.html`; it is written last, so that whatever it refers to is there
 */
export async function writePage(report: Report, csv: string, outDir: string): Promise<string> {
  for (const folder of ['figures', 'tables']) await mkdir(join(outDir, folder), { recursive: true });
  const entries = figuresOf(report);
  const drawings = await exportSvgs(entries.map(entry => entry.figure));
  for (const [index, { id, figure }] of entries.entries()) {
    writeFileAtomic(join(outDir, path(id)), drawings[index]!);
    writeFileAtomic(join(outDir, path(id).replace(/svg$/, 'pdf')), await pdfOf(drawings[index]!, figure));
  }
  await copyFile(createRequire(import.meta.url).resolve('plotly.js-dist-min/plotly.min.js'), join(outDir, 'plotly.js'));
  const figures = Object.fromEntries(entries.map(({ id, figure }) => [id, figure]));
  writeFileAtomic(join(outDir, 'figures.js'), `const report = ${JSON.stringify({ templates, figures })};\n`);
  writeFileAtomic(join(outDir, 'results.csv'), csv);
  writeFileAtomic(join(outDir, 'tables', 'results.tex'), resultsLatex(report.cells));
  writeFileAtomic(join(outDir, 'tables', 'comparisons.tex'), comparisonsLatex(report.questions));
  writeFileAtomic(join(outDir, 'appendix.tex'), appendixLatex(report));
  const indexPath = join(outDir, 'index.html');
  writeFileAtomic(indexPath, page(report));
  return indexPath;
}
