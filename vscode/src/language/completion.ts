import * as vscode from 'vscode';
import type { CompletionItem } from '../../../src/notebook/index.js';
import type { Controller } from '../controller.js';
import { questionAbout } from './context.js';

const { CompletionItemKind: Kind } = vscode;

/** The editor's icon for TypeScript's kinds. */
const kinds: Readonly<Record<string, vscode.CompletionItemKind>> = {
  'keyword': Kind.Keyword, 'primitive type': Kind.Keyword,
  'const': Kind.Constant, 'let': Kind.Variable, 'var': Kind.Variable, 'local var': Kind.Variable, 'alias': Kind.Variable, 'parameter': Kind.Variable,
  'property': Kind.Field, 'getter': Kind.Field, 'setter': Kind.Field,
  'function': Kind.Function, 'local function': Kind.Function, 'method': Kind.Method, 'construct': Kind.Constructor, 'call': Kind.Method,
  'class': Kind.Class, 'interface': Kind.Interface, 'type': Kind.Class, 'enum': Kind.Enum, 'enum member': Kind.EnumMember,
  'module': Kind.Module, 'external module name': Kind.Module, 'script': Kind.File, 'directory': Kind.Folder, 'string': Kind.Constant,
};

/** An item that knows where it was offered, so that the session can tell more of it. */
class Item extends vscode.CompletionItem {
  constructor({ label, kind }: CompletionItem, readonly document: vscode.TextDocument, readonly code: { readonly before: string; readonly after: string }) {
    super(label, kinds[kind] ?? Kind.Text);
  }
}

/** Completion in cells from the session; type and documentation of an item are asked for when it is looked at. */
export class CellCompletion implements vscode.CompletionItemProvider<Item> {
  static readonly triggers = ['.', '"', "'", '`', '/', '@', '<'];
  readonly #controller: Controller;

  constructor(controller: Controller) {
    this.#controller = controller;
  }

  async provideCompletionItems(document: vscode.TextDocument, position: vscode.Position, token: vscode.CancellationToken): Promise<Item[]> {
    const question = await questionAbout(document, this.#controller);
    if (question === null || token.isCancellationRequested) return [];
    const code = document.getText();
    const { start, end, items } = await question.session.complete(code, document.offsetAt(position), question.context);
    const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
    const around = { before: code.slice(0, start), after: code.slice(end) };
    return items.map(item => Object.assign(new Item(item, document, around), { insertText: item.insertText, sortText: item.sortText, range }));
  }

  async resolveCompletionItem(item: Item): Promise<Item> {
    const { document, code: { before, after } } = item;
    const question = await questionAbout(document, this.#controller);
    const name = item.insertText as string;
    const found = await question?.session.inspect(before + name + after, before.length + name.length - 1, question.context);
    if (!found) return item;
    item.detail = found.signature;
    item.documentation = new vscode.MarkdownString(found.documentation);
    return item;
  }
}
