import type { LanguageContext } from '../session/types.js';
import { CellChain } from './cell-chain.js';
import type { CellFiles } from './cell-files.js';
import { parseCell, type CellLanguageName, type CellSource } from './cell-source.js';

/** The cells above the one that is edited, in document order, whether they ran or not. */
export class PrecedingCells {
  #chain: CellChain;
  #cells = '';
  /** What the last chain consists of, so that the next one, which is nearly the same, reuses it. */
  #sources = new Map<string, CellSource>();
  #modules = new Map<string, string>();
  #count = 0;

  constructor(private readonly files: CellFiles) {
    this.#chain = new CellChain(files, 'document');
    this.#chain.writeIndex();
  }

  get index(): string {
    return this.#chain.index;
  }

  chain(preceding: NonNullable<LanguageContext['preceding']>, language: CellLanguageName): CellChain {
    const cells = JSON.stringify([language, preceding.map(({ code }) => code)]);
    if (cells === this.#cells) return this.#chain;
    this.#cells = cells;
    this.#chain = new CellChain(this.files, 'document');
    const sources = new Map<string, CellSource>();
    const modules = new Map<string, string>();
    for (const { code } of preceding) {
      const key = `${language} ${code}`;
      const source = this.#sources.get(key) ?? parseCell(code, language);
      sources.set(key, source);
      this.#chain.add(source, text => {
        const name = this.#modules.get(text) ?? modules.get(text) ?? `document_${++this.#count}`;
        modules.set(text, name);
        return name;
      });
    }
    this.#chain.writeIndex();
    const kept = new Set(modules.values());
    for (const name of this.#modules.values()) {
      if (!kept.has(name)) this.files.remove(this.files.path(name));
    }
    this.#sources = sources;
    this.#modules = modules;
    return this.#chain;
  }
}
