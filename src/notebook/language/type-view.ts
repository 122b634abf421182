import { scopeImports, scopeStubs, usedNames, wordsOf, type Scope } from './cell-scope.js';
import { parsedOffset, typedOffset, type CellSource } from './cell-source.js';
import { typescript } from './typescript.js';

/**
 * A cell as a module for the type checker: declarations of the names of earlier cells that it uses, then the cell. The
 * declarations stand on a line of their own before the cell, so that they hold in code that does not parse yet, too.
 */
export class TypeView {
  readonly text: string;
  readonly #start: number;

  /**
   * @param scope names of the earlier cells
   * @param index specifier of the module that exports them
   * @param list declare the names that the cell does not use, too: for completion
   */
  constructor(readonly source: CellSource, readonly scope: Scope, index: string, list = false) {
    const { declares } = source;
    const words = wordsOf(source.text);
    // JSX uses its factory without a word of it.
    if (source.language !== 'typescript') words.add('React');
    const used = usedNames(words, declares, scope);
    const unused = list ? [...scope].filter(([name]) => !words.has(name) && !declares.has(name)) : [];
    // Of an import, only where it comes from tells whether it is a value, a type or both.
    const imports = unused.filter(([, { kind }]) => kind === 'import');
    const prologue = `${pragmas(source.text)}${scopeImports([...used, ...imports], index)} ${scopeStubs(unused)}\n`;
    this.#start = prologue.length;
    this.text = `${prologue}${source.text}\n`;
  }

  /** Offset in the module of an offset in the cell. */
  position(offset: number): number {
    return this.#start + parsedOffset(offset, this.source);
  }

  /** Offset in the cell of an offset in the module. */
  offset(position: number): number {
    return Math.min(Math.max(typedOffset(position - this.#start, this.source), 0), this.source.code.length);
  }

  /** Whether a place in the module is in the cell itself. */
  isInCell(position: number): boolean {
    return position >= this.#start && position <= this.#start + this.source.text.length;
  }
}

/** Comments that say how JSX is meant must be the first in the file. */
function pragmas(text: string): string {
  return (typescript.getLeadingCommentRanges(text, 0) ?? []).map(({ pos, end }) => text.slice(pos, end))
    .filter(comment => comment.startsWith('/*') && comment.includes('@jsx')).map(comment => comment.replaceAll('\n', ' ')).join('');
}
