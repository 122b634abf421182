import { formatNotebook, parseNotebook, cellTags, type CodeCell, type Notebook, type Output } from '../format/index.js';
import { runNotebook, type RunOptions } from './run-notebook.js';

/** A cell whose outputs are no longer those of the notebook file. */
export interface CellMismatch {
  readonly cell: CodeCell;
  /** Place among the cells that run, from 1. */
  readonly number: number;
  /** The first difference in one sentence: what the file holds, what the cell shows now. */
  readonly difference: string;
}

/**
 * Runs a notebook again and compares what each cell shows with what the notebook holds. Outputs of cells tagged `volatile`
 * (times, dates, whatever differs between runs) are not compared, nor are execution counts.
 *
 * @returns the cells that differ; a cell that fails and is not allowed to is the last of them
 */
export async function checkNotebook(committed: Notebook, options: Omit<RunOptions, 'save' | 'allowErrors' | 'parameters'>): Promise<CellMismatch[]> {
  const { notebook, failure } = await runNotebook(committed, options);
  // Through the file's text: what a file cannot hold (undefined, a Date in JSON) must not count as a difference.
  const now = codeCells(parseNotebook(formatNotebook(notebook)));
  const mismatches: CellMismatch[] = [];
  for (const [index, before] of codeCells(committed).entries()) {
    const cell = now[index]!;
    const number = index + 1;
    if (failure?.number === number) return [...mismatches, { cell, number, difference: `the cell fails: ${failure.error.name}: ${failure.error.message}` }];
    if (cellTags(cell).includes('volatile')) continue;
    const difference = outputDifference(before.outputs, cell.outputs);
    if (difference !== null) mismatches.push({ cell, number, difference });
  }
  return mismatches;
}

function codeCells({ cells }: Notebook): CodeCell[] {
  return cells.filter(cell => cell.cell_type === 'code').filter(({ source }) => source.trim() !== '');
}

function outputDifference(before: readonly Output[], now: readonly Output[]): string | null {
  for (let index = 0; index < Math.max(before.length, now.length); index++) {
    const [old, current] = [before[index], now[index]];
    const where = `output ${index + 1}`;
    if (old === undefined) return `${where}: expected none, found ${kindOf(current!)}`;
    if (current === undefined) return `${where}: expected ${kindOf(old)}, found none`;
    if (kindOf(old) !== kindOf(current)) return `${where}: expected ${kindOf(old)}, found ${kindOf(current)}`;
    const [oldParts, currentParts] = [partsOf(old), partsOf(current)];
    for (const part of new Set([...Object.keys(oldParts), ...Object.keys(currentParts)])) {
      const difference = textDifference(oldParts[part], currentParts[part]);
      if (difference !== null) return `${where}, ${part}: ${difference}`;
    }
  }
  return null;
}

function kindOf(output: Output): string {
  return output.output_type === 'stream' ? output.name : output.output_type;
}

/** What is compared, as text by name. */
function partsOf(output: Output): Readonly<Record<string, string>> {
  if (output.output_type === 'stream') return { text: output.text };
  if (output.output_type === 'error') return { error: [`${output.ename}: ${output.evalue}`, ...output.traceback].join('\n') };
  return Object.fromEntries(Object.entries({ ...output.data, metadata: output.metadata })
    .map(([type, content]) => [type, typeof content === 'string' ? content : canonicalJson(content)]));
}

/** JSON with the keys of objects in alphabetical order. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => part !== null && typeof part === 'object' && !Array.isArray(part)
    ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1)) : part);
}

function textDifference(before: string | undefined, now: string | undefined): string | null {
  if (before === now) return null;
  if (before === undefined) return 'expected none, found one';
  if (now === undefined) return 'expected one, found none';
  const [oldLines, nowLines] = [before.split('\n'), now.split('\n')];
  const line = oldLines.findIndex((text, index) => text !== nowLines[index]);
  const at = line === -1 ? oldLines.length : line;
  return `line ${at + 1}: expected ${excerpt(oldLines[at], nowLines[at])}, found ${excerpt(nowLines[at], oldLines[at])}`;
}

/** A line around the place where it differs from another. */
function excerpt(line: string | undefined, other = ''): string {
  if (line === undefined) return 'the end';
  let start = 0;
  while (start < line.length && line[start] === other[start]) start++;
  const from = Math.max(0, start - 20);
  const text = line.slice(from, from + 60);
  return JSON.stringify(`${from > 0 ? '…' : ''}${text}${from + 60 < line.length ? '…' : ''}`);
}
