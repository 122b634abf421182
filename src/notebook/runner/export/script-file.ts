import type { Notebook } from '../format/index.js';

/**
 * A notebook as one script: cells begin at `// %%`, which editors know, text stands in comments. Outputs are left out.
 * A name that two cells declare is declared twice in it, as in the notebook.
 */
export function notebookScript({ cells }: Notebook): string {
  const blocks = cells.map(({ cell_type: type, source }) =>
    type === 'code' ? `// %%\n${source.trimEnd()}` : `// %% [${type}]\n${source.trimEnd().split('\n').map(line => `// ${line}`.trimEnd()).join('\n')}`);
  return `${blocks.join('\n\n')}\n`;
}
