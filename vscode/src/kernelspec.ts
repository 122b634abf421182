import type { NotebookDocument } from 'vscode';

/** What the metadata of a notebook file say of its kernel. */
export interface NotebookKernelspec {
  readonly name: string;
  readonly language: string;
}

/** Kernels whose notebooks our session runs too. */
const foreign = ['deno', 'tslab', 'jslab', 'javascript'];

const ourLanguages = ['typescript', 'javascript', 'tsx', 'typescriptreact'];

/** Kernel and language that a notebook names; empty where it names none. */
export function kernelspecOf(notebook: NotebookDocument): NotebookKernelspec {
  // The editor's reader keeps the file's `metadata` under this key.
  const metadata = (notebook.metadata as { metadata?: { kernelspec?: Partial<NotebookKernelspec>; language_info?: { name?: string } } }).metadata;
  return {
    name: metadata?.kernelspec?.name ?? '',
    language: (metadata?.language_info?.name ?? metadata?.kernelspec?.language ?? '').toLowerCase(),
  };
}

/** Whether a notebook is written for us or for a kernel whose notebooks we run. */
export const isOurs = ({ name, language }: NotebookKernelspec): boolean => foreign.includes(name) || ourLanguages.includes(language);

/** Whether the notebook was made for another kernel, so that the user should be told who runs it. */
export const isForeign = ({ name }: NotebookKernelspec): boolean => foreign.includes(name);

/** Whether its own kernel checks types, but not strictly. */
export const isLoose = ({ name }: NotebookKernelspec): boolean => name === 'tslab';

/** Whether its own kernel checks no types, so that it may have errors that nobody has seen. */
export const isUnchecked = ({ name }: NotebookKernelspec): boolean => name === 'deno';

/** What a notebook needs in its metadata so that it opens with the same language and kernel everywhere. */
export const ownMetadata = {
  kernelspec: { name: 'binvit', display_name: 'TypeScript (binvit)', language: 'typescript' },
  language_info: { name: 'typescript', file_extension: '.ts', mimetype: 'text/typescript' },
} as const;
