import { namedLanguage, type Cell, type CodeCell, type Notebook, type Output } from '../format/index.js';
import { dataAddress, decoded } from './local-images.js';
import { alternativeOf, imageExtensions, richest, settled } from './richest.js';

/** A picture that stands beside the text. */
export interface PictureFile {
  readonly name: string;
  readonly content: Uint8Array;
}

export interface MarkdownExport {
  readonly text: string;
  readonly pictures: readonly PictureFile[];
}

const shown = ['text/markdown', ...Object.keys(imageExtensions), 'image/svg+xml', 'text/html', 'text/latex', 'text/plain'];

/**
 * A notebook as GitHub Markdown: text as it is, code and printed text in fences, tables as HTML, pictures as files.
 *
 * @param pictureFolder folder of the pictures as the text names it; `null` puts them into the text as `data:` addresses,
 *   which not every reader of Markdown shows
 */
export function notebookMarkdown(notebook: Notebook, pictureFolder: string | null): MarkdownExport {
  const pictures: PictureFile[] = [];
  const language = namedLanguage(notebook) ?? 'typescript';
  const blocks = notebook.cells.flatMap(cell => cellBlocks(cell)).filter(block => block.trim() !== '');
  return { text: `${blocks.map(block => block.replace(/\s+$/, '')).join('\n\n')}\n`, pictures };

  function cellBlocks(cell: Cell): string[] {
    if (cell.cell_type === 'raw') return [fenced(cell.source, '')];
    if (cell.cell_type === 'code') {
      const code = cell.source.trim() === '' ? [] : [fenced(cell.source, language)];
      return [...code, ...cell.outputs.map((output, index) => outputBlock(cell, output, index))];
    }
    return [cell.source.replaceAll(/attachment:([^\s)"'>]+)/g, (address, name: string) => {
      const [type, content] = Object.entries(cell.attachments?.[decoded(name)] ?? {})[0] ?? [];
      return type === undefined || typeof content !== 'string' ? address : picture(type, content, `${cell.id}-${decoded(name).replaceAll(/[^\w.-]/g, '_')}`);
    })];
  }

  function outputBlock(cell: CodeCell, output: Output, index: number): string {
    if (output.output_type === 'stream') return fenced(settled(output.text), 'text');
    if (output.output_type === 'error') return fenced(settled(output.traceback.join('\n') || `${output.ename}: ${output.evalue}`), 'text');
    const best = richest(output.data, shown);
    if (best === null) return fenced(JSON.stringify(Object.values(output.data)[0], null, 2), 'json');
    const text = typeof best.content === 'string' ? best.content : JSON.stringify(best.content);
    switch (best.type) {
      case 'text/markdown': case 'text/latex': return text;
      // A blank line would end the HTML block.
      case 'text/html': return text.replaceAll(/\n\s*\n/g, '\n');
      case 'text/plain': return fenced(settled(text), 'text');
      default: {
        const extension = imageExtensions[best.type] ?? 'svg';
        const alternative = alternativeOf(output, best.type, `cell ${cell.execution_count ?? cell.id}`);
        return `![${alternative.replaceAll(/\s+/g, ' ').replaceAll(/[[\]]/g, '\\$&')}](${picture(best.type, text, `${cell.id}-${index + 1}.${extension}`)})`;
      }
    }
  }

  /** Address of a picture, as the text names it. */
  function picture(type: string, content: string, name: string): string {
    if (pictureFolder === null) return dataAddress(type, content);
    pictures.push({ name, content: Buffer.from(content, type === 'image/svg+xml' ? 'utf8' : 'base64') });
    return `${pictureFolder.split('/').map(encodeURIComponent).join('/')}/${name}`;
  }
}

/** A fence longer than any in the code. */
function fenced(code: string, language: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`{3,}/g)].map(match => match[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${code.replace(/\n+$/, '')}\n${fence}`;
}
