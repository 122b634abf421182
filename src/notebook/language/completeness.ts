import type { Completeness } from '../session/types.js';
import { parseCell, type CellSource } from './cell-source.js';

const unterminatedString = 1002;
const missingClosingTags = [17008, 17014];

/** Whether code that is typed line by line can run: as TypeScript, or else as tsx. */
export function completeness(code: string): Completeness {
  const first = statusOf(parseCell(code));
  const status = first === 'invalid' ? statusOf(parseCell(code, 'tsx')) : first;
  return status === 'incomplete' ? { status, indent: indentAfter(code) } : { status };
}

/** Code that goes wrong only at its very end is not finished. */
function statusOf({ text, errors }: CellSource): Completeness['status'] {
  const end = text.trimEnd().length;
  const [error] = errors;
  if (error === undefined) return 'complete';
  if (missingClosingTags.includes(error.code)) return 'incomplete';
  if (error.code === unterminatedString) return text.trimEnd().endsWith('\\') ? 'incomplete' : 'invalid';
  return (error.start ?? 0) >= end ? 'incomplete' : 'invalid';
}

/** The last line's indentation, and one step more after an opening bracket. */
function indentAfter(code: string): string {
  const line = code.trimEnd().split('\n').at(-1)!;
  const indent = /^\s*/.exec(line)![0];
  return /[([{]\s*(?:\/\/.*)?$|=>\s*$/.test(line) ? `${indent}${indent.includes('\t') ? '\t' : '  '}` : indent;
}
