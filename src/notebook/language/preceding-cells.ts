import type { LanguageContext } from '../session/types.js';
import { CellChain } from './cell-chain.js';
import type { CellFiles } from './cell-files.js';
import { parseCell, type CellLanguageName, type CellSource } from './cell-source.js';

/** The cells above the one that is edited, in document order, whether they ran or not. */
export class PrecedingCells {
  readonly #chain: CellChain;
  #cells = '';
  /** Parsed cells of the last list; the next one is nearly the same. */
  #sources = new Map<string, CellSource>();

  constructor(files: CellFiles) {
    this.#chain = new CellChain(files, 'document');
  }

  chain(preceding: NonNullable<LanguageContext['preceding']>, language: CellLanguageName): CellChain {
    const cells = JSON.stringify([language, preceding.map(({ code }) => code)]);
    if (cells === this.#cells) return this.#chain;
    this.#cells = cells;
    this.#chain.clear();
    const sources = new Map<string, CellSource>();
    for (const { code } of preceding) {
      const key = `${language} ${code}`;
      const source = this.#sources.get(key) ?? parseCell(code, language);
      sources.set(key, source);
      this.#chain.add(source);
    }
    this.#chain.emptyUnused();
    this.#sources = sources;
    return this.#chain;
  }
}
