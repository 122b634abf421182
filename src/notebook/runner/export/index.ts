import { basename, dirname, extname, join } from 'node:path';
import { writeFileAtomic } from '../../../io/index.js';
import { readNotebook } from '../format/index.js';
import { notebookMarkdown } from './markdown-file.js';
import { notebookPage } from './page.js';
import { notebookScript } from './script-file.js';

export { notebookMarkdown, type MarkdownExport, type PictureFile } from './markdown-file.js';
export { notebookPage, type PageOptions } from './page.js';
export { notebookScript } from './script-file.js';

/** What a notebook can become. */
export type ExportFormat = 'html' | 'md' | 'ts';

/**
 * Writes a notebook file as one page, Markdown or script. Pictures of the Markdown go into a folder beside it.
 *
 * @param output file to write; when left out, it lies beside the notebook under the same name
 * @returns path of the written file
 */
export function exportNotebook(path: string, format: ExportFormat, output?: string): string {
  const notebook = readNotebook(path);
  const name = basename(path, extname(path));
  const target = output ?? join(dirname(path), `${name}.${format}`);
  if (format === 'html') {
    writeFileAtomic(target, notebookPage(notebook, { title: name, folder: dirname(path) }));
  } else if (format === 'ts') {
    writeFileAtomic(target, notebookScript(notebook));
  } else {
    const folder = `${basename(target, extname(target))}_files`;
    const { text, pictures } = notebookMarkdown(notebook, folder);
    for (const picture of pictures) writeFileAtomic(join(dirname(target), folder, picture.name), picture.content);
    writeFileAtomic(target, text);
  }
  return target;
}
