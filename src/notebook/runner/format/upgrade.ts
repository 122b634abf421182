import { z } from 'zod';

/** nbformat 3, as far as the upgrade looks into it; the result is checked as nbformat 4. */
const object = z.record(z.string(), z.unknown(), 'expected an object');
const headingLevel = z.int('expected a whole number').min(1, 'expected a whole number of at least 1');
const cellSchema = z.looseObject({ level: headingLevel.optional() }, 'expected an object');
export const notebook3Schema = z.looseObject({
  metadata: object.default({}),
  worksheets: z.array(z.looseObject({ cells: z.array(cellSchema, 'expected a list of cells') }, 'expected a worksheet'), 'expected a list of worksheets'),
});

type Fields = Record<string, unknown>;

/** Of a heading in Markdown. */
const deepestLevel = 6;

/** Short names of nbformat 3 for the MIME types of an output. */
const mimeOf: Readonly<Record<string, string>> = {
  text: 'text/plain', html: 'text/html', svg: 'image/svg+xml', png: 'image/png', jpeg: 'image/jpeg', latex: 'text/latex',
  json: 'application/json', javascript: 'application/javascript', pdf: 'application/pdf',
};

/** A notebook of nbformat 3 as one of 4: worksheets in a row, headings as Markdown, outputs by MIME type. */
export function upgradeNotebook3(notebook: z.infer<typeof notebook3Schema>): unknown {
  // A file's name was part of its content once.
  const metadata = { ...notebook.metadata };
  delete metadata['name'];
  return { nbformat: 4, nbformat_minor: 0, metadata, cells: notebook.worksheets.flatMap(sheet => sheet.cells.map(upgradeCell)) };
}

function upgradeCell(cell: z.infer<typeof cellSchema>): Fields {
  const metadata = cell['metadata'] ?? {};
  switch (cell['cell_type']) {
    case 'code':
      return {
        cell_type: 'code', metadata, source: joined(cell['input'] ?? ''), execution_count: cell['prompt_number'] ?? null,
        outputs: Array.isArray(cell['outputs']) ? cell['outputs'].map(upgradeOutput) : cell['outputs'],
      };
    case 'heading': {
      const level = Math.min(cell.level ?? 1, deepestLevel);
      const source = joined(cell['source'] ?? '');
      return { cell_type: 'markdown', metadata, source: typeof source === 'string' ? `${'#'.repeat(level)} ${source.split('\n').join(' ')}` : source };
    }
    case 'html':
      return { cell_type: 'markdown', metadata, source: joined(cell['source'] ?? '') };
    default:
      return { cell_type: cell['cell_type'], metadata, source: joined(cell['source'] ?? '') };
  }
}

function upgradeOutput(output: unknown): unknown {
  if (output === null || typeof output !== 'object') return output;
  const { output_type: type, metadata = {}, prompt_number: count = null, ...rest } = output as Fields;
  switch (type) {
    case 'stream':
      return { output_type: 'stream', name: rest['stream'] ?? 'stdout', text: joined(rest['text'] ?? '') };
    case 'pyerr':
      return { output_type: 'error', ename: rest['ename'], evalue: rest['evalue'], traceback: rest['traceback'] };
    case 'pyout':
      return { output_type: 'execute_result', metadata, execution_count: count, data: upgradeData(rest) };
    default:
      return { output_type: type, metadata, data: upgradeData(rest) };
  }
}

/** In nbformat 3 JSON stands as text. */
function upgradeData(data: Fields): Fields {
  return Object.fromEntries(Object.entries(data).map(([key, content]) => {
    const text = joined(content);
    return key === 'json' && typeof text === 'string' ? ['application/json', parsedOrText(text)] : [mimeOf[key] ?? key, text];
  }));
}

function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Lists of lines with or without their ends: both were written. */
function joined(value: unknown): unknown {
  if (!Array.isArray(value) || !value.every(line => typeof line === 'string')) return value;
  return value.join(/[\r\n]$/.test(value[0] ?? '') ? '' : '\n');
}
