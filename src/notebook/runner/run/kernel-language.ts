import type { CellReference } from '../../session/index.js';
import { namedLanguage, type Notebook } from '../format/index.js';

const languages: Readonly<Record<string, NonNullable<CellReference['language']>>> = {
  typescript: 'typescript', ts: 'typescript', tsx: 'tsx', javascript: 'javascript', js: 'javascript',
};
/** Kernels by whose name the language is known. */
const kernels: Readonly<Record<string, NonNullable<CellReference['language']>>> = {
  binvit: 'typescript', tslab: 'typescript', deno: 'typescript', jslab: 'javascript', javascript: 'javascript',
};

/**
 * The language of a notebook's cells: what its metadata name, TypeScript where they name nothing.
 *
 * @throws RangeError for a notebook of another language
 */
export function languageOf(notebook: Notebook): NonNullable<CellReference['language']> {
  const kernel = kernels[kernelOf(notebook) ?? ''];
  const named = namedLanguage(notebook);
  const language = kernel ?? languages[named ?? 'typescript'];
  if (language === undefined) throw new RangeError(`metadata.language_info: expected a notebook of TypeScript or JavaScript, found ${String(named)}`);
  return language;
}

/** Whether the notebook was written for a kernel that checks no types, so that it may have errors that nobody has seen. */
export function isFromUncheckedKernel(notebook: Notebook): boolean {
  return kernelOf(notebook) === 'deno';
}

/** Whether the notebook was written for a kernel that checks types, but not strictly. */
export function isFromLooseKernel(notebook: Notebook): boolean {
  return kernelOf(notebook) === 'tslab';
}

function kernelOf({ metadata }: Notebook): string | undefined {
  const name = (metadata['kernelspec'] as { readonly name?: unknown } | null | undefined)?.name;
  return typeof name === 'string' ? name : undefined;
}

/** The notebook with its kernel and language written down where they were not, which editors open it by. */
export function withLanguage(notebook: Notebook): Notebook {
  const { kernelspec, language_info: info } = notebook.metadata;
  return {
    ...notebook,
    metadata: {
      ...notebook.metadata,
      kernelspec: kernelspec ?? { display_name: 'TypeScript (binvit)', language: 'typescript', name: 'binvit' },
      // Without a version, so that a newer compiler does not change committed notebooks.
      language_info: info ?? {
        codemirror_mode: { name: 'javascript', typescript: true }, file_extension: '.ts', mimetype: 'text/typescript', name: 'typescript',
        nbconvert_exporter: 'script', pygments_lexer: 'typescript',
      },
    },
  };
}
