import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { displaySymbol, display as show } from '../../display/index.js';

/* What cells get from `import * as tslab from 'tslab'`: its display API, over the session's outputs. */

/** tslab's display. */
export interface Display {
  javascript(text: string): void;
  html(text: string): void;
  markdown(text: string): void;
  latex(text: string): void;
  svg(text: string): void;
  png(bytes: Uint8Array): void;
  jpeg(bytes: Uint8Array): void;
  gif(bytes: Uint8Array): void;
  pdf(bytes: Uint8Array): void;
  text(text: string): void;
  raw(contentType: string, content: string | Uint8Array): void;
}

/** The versions that tslab tells; its own is that of the API that is offered here. */
export const versions = { tslab: '1.0.22', typescript: typescriptVersion(), node: process.version };

/** A display in which every value takes the place of the one before. */
export function newDisplay(): Display {
  const id = randomUUID();
  let isShown = false;
  return displayOver(content => {
    show(content, { id, update: isShown });
    isShown = true;
  });
}

/** Shows every value in a place of its own. */
export const display: Display = displayOver(content => { show(content); });

function displayOver(showContent: (content: object) => void): Display {
  const raw = (type: string, data: string | Uint8Array): void => {
    showContent({ [displaySymbol]: () => ({ [type]: data, ...(type === 'text/plain' ? {} : { 'text/plain': type }) }) });
  };
  const shown = (type: string) => (data: string | Uint8Array): void => { raw(type, data); };
  return {
    javascript: shown('text/javascript'), html: shown('text/html'), markdown: shown('text/markdown'), latex: shown('text/latex'),
    svg: shown('image/svg+xml'), png: shown('image/png'), jpeg: shown('image/jpeg'), gif: shown('image/gif'), pdf: shown('application/pdf'),
    text: shown('text/plain'), raw,
  };
}

function typescriptVersion(): string {
  return (createRequire(import.meta.url)('typescript/package.json') as { version: string }).version;
}
