import type { CellReference } from '../../session/index.js';
import type { Notebook } from '../format/index.js';

const languages: Readonly<Record<string, NonNullable<CellReference['language']>>> = {
  typescript: 'typescript', ts: 'typescript', tsx: 'tsx', javascript: 'javascript', js: 'javascript',
};
/** Kernels that are known by name, for notebooks that name no language. */
const kernels: Readonly<Record<string, NonNullable<CellReference['language']>>> = {
  binvit: 'typescript', tslab: 'typescript', deno: 'typescript', jslab: 'javascript', javascript: 'javascript',
};

interface KernelMetadata {
  readonly name?: unknown;
  readonly language?: unknown;
}

/**
 * The language of a notebook's cells: what its metadata name, TypeScript where they name nothing.
 *
 * @throws RangeError for a notebook of another language
 */
export function languageOf({ metadata }: Notebook): NonNullable<CellReference['language']> {
  const info = (metadata['language_info'] ?? {}) as KernelMetadata;
  const spec = (metadata['kernelspec'] ?? {}) as KernelMetadata;
  const kernel = typeof spec.name === 'string' ? kernels[spec.name] : undefined;
  const named = [info.name, spec.language].find(name => typeof name === 'string')?.toLowerCase();
  if (kernel === undefined && named !== undefined && languages[named] === undefined) {
    throw new RangeError(`metadata.language_info: expected a notebook of TypeScript or JavaScript, found ${named}`);
  }
  return kernel ?? languages[named ?? 'typescript']!;
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
