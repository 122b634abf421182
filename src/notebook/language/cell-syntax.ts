import type ts from 'typescript';
import { typescript } from './typescript.js';

/** What the machinery of a session offers to converted cells, as properties of one global object. */
export function machinery(factory: ts.NodeFactory, member: 'import' | 'result' | 'meta'): ts.Expression {
  return factory.createPropertyAccessExpression(factory.createIdentifier('__binvit'), member);
}

/**
 * First pass, while the types are still there: a cell's `export` is nothing, its imports of types go, and the value of its last
 * expression becomes its result.
 *
 * @param types names of the cell's imports that are known to be types only
 */
export function cellSyntax(types: ReadonlySet<string>): ts.TransformerFactory<ts.SourceFile> {
  return context => file => {
    const { factory } = context;
    const statements = file.statements.flatMap(statement => withoutModuleSyntax(statement, types, factory));
    const last = statements.at(-1);
    if (last !== undefined && typescript.isExpressionStatement(last)) {
      const call = factory.createCallExpression(machinery(factory, 'result'), undefined, [last.expression]);
      statements[statements.length - 1] = factory.updateExpressionStatement(last, typescript.setTextRange(call, last.expression));
    }
    return factory.updateSourceFile(file, statements);
  };
}

function withoutModuleSyntax(statement: ts.Statement, types: ReadonlySet<string>, factory: ts.NodeFactory): ts.Statement[] {
  const ts = typescript;
  if (ts.isEmptyStatement(statement)) return [];
  if (ts.isImportDeclaration(statement)) return withoutTypes(statement, types, factory);
  if (ts.isImportEqualsDeclaration(statement)) return requireOf(statement, types, factory);
  if (ts.isExportAssignment(statement)) return [expressionStatement(statement.expression, statement, factory)];
  if (!isExported(statement)) return [statement];
  const modifiers = ts.canHaveModifiers(statement) ? statement.modifiers?.filter(isNoExport) : undefined;
  const kept = modifiers?.filter(ts.isModifier);
  if (ts.isVariableStatement(statement)) return [factory.updateVariableStatement(statement, kept, statement.declarationList)];
  if (ts.isFunctionDeclaration(statement)) {
    const { asteriskToken, name, typeParameters, parameters, type, body } = statement;
    if (name !== undefined || body === undefined) {
      return [factory.updateFunctionDeclaration(statement, modifiers, asteriskToken, name, typeParameters, parameters, type, body)];
    }
    return [expressionStatement(factory.createFunctionExpression(kept, asteriskToken, undefined, typeParameters, parameters, type, body), statement, factory)];
  }
  if (ts.isClassDeclaration(statement)) {
    const { name, typeParameters, heritageClauses, members } = statement;
    if (name !== undefined) return [factory.updateClassDeclaration(statement, modifiers, name, typeParameters, heritageClauses, members)];
    return [expressionStatement(factory.createClassExpression(modifiers, undefined, typeParameters, heritageClauses, members), statement, factory)];
  }
  if (ts.isEnumDeclaration(statement)) return [factory.updateEnumDeclaration(statement, kept, statement.name, statement.members)];
  if (ts.isModuleDeclaration(statement)) return [factory.updateModuleDeclaration(statement, kept, statement.name, statement.body)];
  // What is left are interfaces and type aliases.
  return [statement];
}

function isExported(statement: ts.Statement): boolean {
  return typescript.canHaveModifiers(statement) && statement.modifiers?.some(modifier => !isNoExport(modifier)) === true;
}

function isNoExport(modifier: ts.ModifierLike): boolean {
  return modifier.kind !== typescript.SyntaxKind.ExportKeyword && modifier.kind !== typescript.SyntaxKind.DefaultKeyword;
}

function expressionStatement(expression: ts.Expression, original: ts.Node, factory: ts.NodeFactory): ts.Statement {
  return typescript.setTextRange(factory.createExpressionStatement(typescript.setTextRange(factory.createParenthesizedExpression(expression), original)), original);
}

/** An import that names nothing but types is none; one without names (`import 'm'`) is kept. */
function withoutTypes(statement: ts.ImportDeclaration, types: ReadonlySet<string>, factory: ts.NodeFactory): ts.Statement[] {
  const ts = typescript;
  const clause = statement.importClause;
  if (clause === undefined) return [statement];
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
  const name = clause.name !== undefined && types.has(clause.name.text) ? undefined : clause.name;
  let bindings = clause.namedBindings;
  if (bindings !== undefined && ts.isNamespaceImport(bindings)) {
    if (types.has(bindings.name.text)) bindings = undefined;
  } else if (bindings !== undefined) {
    const elements = bindings.elements.filter(element => !element.isTypeOnly && !types.has(element.name.text));
    bindings = elements.length === 0 && bindings.elements.length > 0 ? undefined : factory.updateNamedImports(bindings, elements);
  }
  if (name === undefined && bindings === undefined) return [];
  return [factory.updateImportDeclaration(statement, statement.modifiers,
    factory.updateImportClause(clause, clause.phaseModifier, name, bindings), statement.moduleSpecifier, statement.attributes)];
}

/** `import fs = require('fs')`. */
function requireOf(statement: ts.ImportEqualsDeclaration, types: ReadonlySet<string>, factory: ts.NodeFactory): ts.Statement[] {
  const ts = typescript;
  if (statement.isTypeOnly || types.has(statement.name.text)) return [];
  const reference = statement.moduleReference;
  const value = ts.isExternalModuleReference(reference)
    ? factory.createCallExpression(factory.createIdentifier('require'), undefined, [reference.expression])
    : entityExpression(reference, factory);
  const declaration = factory.createVariableDeclaration(statement.name, undefined, undefined, ts.setTextRange(value, reference));
  return [ts.setTextRange(factory.createVariableStatement(undefined, factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const)), statement)];
}

function entityExpression(name: ts.EntityName, factory: ts.NodeFactory): ts.Expression {
  if (typescript.isIdentifier(name)) return name;
  return typescript.setTextRange(factory.createPropertyAccessExpression(entityExpression(name.left, factory), name.right), name);
}
