import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CellLanguage } from '../../../src/notebook/language/cell-language.js';
import type { CellReference } from '../../../src/notebook/session/types.js';

/** Writes a file, with its folders. */
export function writeIn(folder: { path(name: string): string }, path: string, text: string | object): void {
  const full = folder.path(path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, typeof text === 'string' ? text : JSON.stringify(text));
}

/** Runs cells, as far as types go: errors as `line:column code`, with the file's name before it for other files. */
export class Cells {
  readonly language: CellLanguage;

  constructor(cwd: string, strict = true) {
    mkdirSync(cwd, { recursive: true });
    this.language = new CellLanguage({ cwd, strict });
  }

  run(code: string, language: CellReference['language'] = 'typescript'): string[] {
    const cell = { id: 'cell', language };
    const { diagnostics } = this.language.prepare(code, cell);
    this.language.commit(code, cell);
    return places(diagnostics);
  }

  /** Whether an expression has a type. */
  has(expression: string, type: string): boolean {
    const same = `type __Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;`;
    const { diagnostics } = this.language.prepare(`${same} const __value = ${expression}; const __same: __Same<typeof __value, ${type}> = true`, { id: 'type' });
    return diagnostics.length === 0;
  }
}

function places(diagnostics: ReturnType<CellLanguage['diagnose']>): string[] {
  return diagnostics.map(({ file, range, code }) => `${file === null ? '' : `${file.split('/').at(-1)} `}${range.line}:${range.column} ${code}`);
}
