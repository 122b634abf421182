import type ts from 'typescript';
import type { Inspection } from '../session/types.js';
import type { CellService } from './cell-service.js';
import type { TypeView } from './type-view.js';
import { typescript } from './typescript.js';

/** What stands at a place of a cell; just behind it counts, too. */
export function inspectionAt(language: CellService, path: string, view: TypeView, offset: number): Inspection | null {
  const { service } = language;
  const place = [offset, offset - 1].map(candidate => view.position(candidate)).find(position => service.getQuickInfoAtPosition(path, position) !== undefined);
  if (place === undefined) return null;
  language.wantDocumentation(path, place);
  const info = service.getQuickInfoAtPosition(path, place)!;
  const signature = declarationOf(typescript.displayPartsToString(info.displayParts));
  // Of a name that does not exist TypeScript says no more than `any`.
  if (!view.isInCell(info.textSpan.start) || signature === 'any') return null;
  return {
    signature,
    documentation: markdown(info.documentation, info.tags),
    start: view.offset(info.textSpan.start),
    end: view.offset(info.textSpan.start + info.textSpan.length),
  };
}

/** Documentation and tags as Markdown. */
export function markdown(documentation: ts.SymbolDisplayPart[] | undefined, tags: readonly ts.JSDocTagInfo[] | undefined): string {
  const text = typescript.displayPartsToString(documentation);
  const list = (tags ?? []).map(({ name, text: parts }) => tagMarkdown(name, parts ?? []));
  return [text, ...list].filter(part => part !== '').join('\n\n');
}

function tagMarkdown(name: string, parts: ts.SymbolDisplayPart[]): string {
  const text = typescript.displayPartsToString(parts).trim();
  if (text === '') return `*@${name}*`;
  if (name === 'example') return `*@example*\n${text.includes('```') ? text : `\`\`\`ts\n${text}\n\`\`\``}`;
  const parameter = parts.find(({ kind }) => kind === 'parameterName')?.text;
  if (parameter === undefined || !text.startsWith(parameter)) return `*@${name}* ${text}`;
  return `*@${name}* \`${parameter}\` ${text.slice(parameter.length).trim()}`.trimEnd();
}

/** A name of an earlier cell is an import only to the type checker. */
function declarationOf(display: string): string {
  return display.replace(/^\(alias\) (?=[\w$]+[(<])/, 'function ').replace(/^\(alias\) /, '').replace(/\nimport [^\n]*$/, '');
}
