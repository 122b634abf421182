import type { NotebookDocument } from 'vscode';
import { describe, expect, it } from 'vitest';
import { isForeign, isOurs, kernelspecOf } from '../../vscode/src/kernelspec.js';

const notebook = (metadata?: object): NotebookDocument => ({ metadata: { metadata } }) as unknown as NotebookDocument;

describe('a notebook', () => {
  it.each(['tslab', 'jslab', 'deno', 'javascript'])('made for %s is ours, and said to be foreign', name => {
    const kernelspec = kernelspecOf(notebook({ kernelspec: { name, language: 'typescript', display_name: name } }));
    expect([isOurs(kernelspec), isForeign(kernelspec)]).toEqual([true, true]);
  });

  it.each([
    { kernelspec: { name: 'binvit', language: 'typescript' } },
    { language_info: { name: 'typescript' } },
    { language_info: { name: 'javascript' } },
  ])('of TypeScript or JavaScript is ours: %o', metadata => {
    const kernelspec = kernelspecOf(notebook(metadata));
    expect([isOurs(kernelspec), isForeign(kernelspec)]).toEqual([true, false]);
  });

  it.each([{ kernelspec: { name: 'python3', language: 'python' } }, { language_info: { name: 'python' } }, {}, undefined])('of another language is not: %o', metadata => {
    expect(isOurs(kernelspecOf(notebook(metadata)))).toBe(false);
  });
});
