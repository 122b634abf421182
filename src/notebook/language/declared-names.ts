import type ts from 'typescript';
import { typescript } from './typescript.js';

/** How a name came to be; `type` for what has no value at run time. */
export type DeclarationKind = 'let' | 'const' | 'var' | 'function' | 'class' | 'enum' | 'namespace' | 'import' | 'type';

/**
 * The names that a cell declares at its top level, in order; a name that is declared twice has its first kind of value.
 *
 * @param ambient count `declare ...` too, which leaves nothing at run time
 */
export function declaredNames({ statements }: Pick<ts.SourceFile, 'statements'>, ambient: boolean): ReadonlyMap<string, DeclarationKind> {
  const names = new Map<string, DeclarationKind>();
  const add = (name: string, kind: DeclarationKind): void => {
    const old = names.get(name);
    if (old === undefined || old === 'type') names.set(name, kind);
  };
  for (const statement of statements) {
    if (ambient || !isAmbient(statement)) addStatement(statement, add);
  }
  return names;
}

function isAmbient(statement: ts.Statement): boolean {
  return typescript.canHaveModifiers(statement)
    && statement.modifiers?.some(modifier => modifier.kind === typescript.SyntaxKind.DeclareKeyword) === true;
}

type Add = (name: string, kind: DeclarationKind) => void;

function addStatement(statement: ts.Statement, add: Add): void {
  const ts = typescript;
  if (ts.isVariableStatement(statement)) {
    const kind = kindOfList(statement.declarationList);
    for (const declaration of statement.declarationList.declarations) addBinding(declaration.name, kind, add);
  } else if (ts.isFunctionDeclaration(statement)) {
    if (statement.name !== undefined) add(statement.name.text, 'function');
  } else if (ts.isClassDeclaration(statement)) {
    if (statement.name !== undefined) add(statement.name.text, 'class');
  } else if (ts.isEnumDeclaration(statement)) {
    add(statement.name.text, 'enum');
  } else if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
    add(statement.name.text, 'type');
  } else if (ts.isModuleDeclaration(statement)) {
    if (ts.isIdentifier(statement.name) && statement.name.text !== 'global') add(statement.name.text, hasValue(statement) ? 'namespace' : 'type');
  } else if (ts.isImportEqualsDeclaration(statement)) {
    add(statement.name.text, statement.isTypeOnly ? 'type' : 'import');
  } else if (ts.isImportDeclaration(statement)) {
    addImport(statement.importClause, add);
  } else {
    addNestedVars(statement, add);
  }
}

function addImport(clause: ts.ImportClause | undefined, add: Add): void {
  if (clause === undefined) return;
  const kind = clause.phaseModifier === typescript.SyntaxKind.TypeKeyword ? 'type' : 'import';
  if (clause.name !== undefined) add(clause.name.text, kind);
  const bindings = clause.namedBindings;
  if (bindings === undefined) return;
  if (typescript.isNamespaceImport(bindings)) add(bindings.name.text, kind);
  else for (const specifier of bindings.elements) add(specifier.name.text, specifier.isTypeOnly ? 'type' : kind);
}

/** `var` in a block, a loop or a branch belongs to the whole cell. */
function addNestedVars(node: ts.Node, add: Add): void {
  const ts = typescript;
  if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isModuleDeclaration(node)) return;
  if (ts.isVariableDeclarationList(node) && kindOfList(node) === 'var') {
    for (const declaration of node.declarations) addBinding(declaration.name, 'var', add);
  }
  ts.forEachChild(node, child => { addNestedVars(child, add); });
}

function addBinding(name: ts.BindingName, kind: DeclarationKind, add: Add): void {
  if (typescript.isIdentifier(name)) {
    add(name.text, kind);
    return;
  }
  for (const element of name.elements) {
    if (!typescript.isOmittedExpression(element)) addBinding(element.name, kind, add);
  }
}

/** `using` and `await using` are constants. */
function kindOfList(list: ts.VariableDeclarationList): 'let' | 'const' | 'var' {
  const { Const, Using, BlockScoped } = typescript.NodeFlags;
  if ((list.flags & BlockScoped) === 0) return 'var';
  return (list.flags & (Const | Using)) === 0 ? 'let' : 'const';
}

/** A namespace that holds types only is no value. */
function hasValue(namespace: ts.ModuleDeclaration): boolean {
  const ts = typescript;
  const body = namespace.body;
  if (body === undefined) return false;
  if (ts.isModuleDeclaration(body)) return hasValue(body);
  return ts.isModuleBlock(body) && body.statements.some(statement =>
    !(ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)
      || ts.isModuleDeclaration(statement) && !hasValue(statement)));
}
