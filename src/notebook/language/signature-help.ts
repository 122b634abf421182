import type { SignatureHelp } from '../session/types.js';
import type { CellService } from './cell-service.js';
import { markdown } from './inspection.js';
import type { TypeView } from './type-view.js';
import { typescript } from './typescript.js';

/** Signatures of the call whose arguments are typed at a place of a cell. */
export function signatureHelpAt(language: CellService, path: string, view: TypeView, offset: number): SignatureHelp | null {
  const position = view.position(offset);
  const ask = () => language.service.getSignatureHelpItems(path, position, {});
  const first = ask();
  if (first === undefined) return null;
  const callee = /[^\s(<]\s*(?:<[^(]*>)?\s*\($/.exec(view.text.slice(0, first.applicableSpan.start));
  if (callee !== null) language.wantDocumentation(path, callee.index);
  const help = ask()!;
  const separator = ', ';
  return {
    signatures: help.items.map(item => ({
      label: [
        typescript.displayPartsToString(item.prefixDisplayParts),
        item.parameters.map(parameter => typescript.displayPartsToString(parameter.displayParts)).join(separator),
        typescript.displayPartsToString(item.suffixDisplayParts),
      ].join(''),
      documentation: markdown(item.documentation, item.tags.filter(({ name }) => name !== 'param')),
      parameters: item.parameters.map(parameter => ({
        label: typescript.displayPartsToString(parameter.displayParts), documentation: markdown(parameter.documentation, []),
      })),
    })),
    activeSignature: help.selectedItemIndex,
    activeParameter: help.argumentIndex,
  };
}
