import type ts from 'typescript';
import { machinery } from './cell-syntax.js';
import { HoistedNames, nodeVisitors } from './hoisted-names.js';
import { typescript } from './typescript.js';

/**
 * Last pass, over plain JavaScript: a cell becomes a strict script for V8's REPL mode. V8 lets a later script declare a `let` or
 * a class anew, but neither a `const` as a `let`, nor a function or `var` as any of them. So everything is a `let` or a class:
 * `const` becomes `let` (the type checker guards it), the names of functions and of `var`s are declared as `let` at the top of
 * the cell, functions get their value there, and imports follow, as in a module.
 */
export const sessionCode: ts.TransformerFactory<ts.SourceFile> = context => file => {
  const { factory } = context;
  const names = new HoistedNames();
  const functions: ts.Statement[] = [];
  const imports: ts.Statement[] = [];
  const rest: ts.Statement[] = [];
  const visitors = nodeVisitors(context, names);
  for (const statement of file.statements) {
    if (typescript.isExportDeclaration(statement)) {
      if (statement.moduleSpecifier !== undefined) imports.push(sideEffects(statement, statement.moduleSpecifier, factory));
    } else if (typescript.isImportDeclaration(statement)) {
      imports.push(...importStatements(statement, factory));
    } else if (typescript.isFunctionDeclaration(statement)) {
      if (statement.name !== undefined) {
        names.add(statement.name);
        functions.push(functionAssignment(statement, statement.name, visitors.inside, context));
      }
    } else {
      const visited = typescript.visitNodes(typescript.factory.createNodeArray([statement]), visitors.atTop, typescript.isStatement);
      rest.push(...visited);
    }
  }
  const strict = factory.createExpressionStatement(factory.createStringLiteral('use strict'));
  const declarations = names.identifiers().map(name => factory.createVariableDeclaration(name));
  const declaration = declarations.length === 0 ? [] : [letStatement(declarations, factory)];
  return factory.updateSourceFile(file, [strict, ...declaration, ...functions, ...imports, ...rest]);
};

/** `f = function (...) { ... }` takes the name `f`, and calls itself through the session's newest `f`. */
function functionAssignment(node: ts.FunctionDeclaration, name: ts.Identifier, visitor: ts.Visitor, context: ts.TransformationContext): ts.Statement {
  const ts = typescript;
  const { factory } = context;
  const expression = factory.createFunctionExpression(node.modifiers?.filter(ts.isModifier), node.asteriskToken, undefined,
    undefined, node.parameters, undefined, node.body!);
  const visited = ts.visitEachChild(ts.setTextRange(expression, node), visitor, context);
  return ts.setTextRange(factory.createExpressionStatement(factory.createAssignment(name, visited)), node);
}

function letStatement(declarations: readonly ts.VariableDeclaration[], factory: ts.NodeFactory): ts.VariableStatement {
  return factory.createVariableStatement(undefined, factory.createVariableDeclarationList(declarations, typescript.NodeFlags.Let));
}

/** `import d, { a as b } from 'm'` is `let { default: d, a: b } = await __binvit.import('m')`. */
function importStatements(statement: ts.ImportDeclaration, factory: ts.NodeFactory): ts.Statement[] {
  const ts = typescript;
  const clause = statement.importClause;
  if (clause === undefined) return [sideEffects(statement, statement.moduleSpecifier, factory)];
  const bindings = clause.namedBindings;
  const namespace = bindings !== undefined && ts.isNamespaceImport(bindings) ? bindings.name : undefined;
  const elements = [
    ...(clause.name === undefined ? [] : [factory.createBindingElement(undefined, 'default', clause.name)]),
    ...(bindings !== undefined && ts.isNamedImports(bindings)
      ? bindings.elements.map(({ propertyName, name }) => factory.createBindingElement(undefined, propertyName, name))
      : []),
  ];
  const loaded = awaitImport(statement, statement.moduleSpecifier, factory);
  const statements: ts.Statement[] = [];
  if (namespace !== undefined) {
    statements.push(letStatement([factory.createVariableDeclaration(namespace, undefined, undefined, loaded)], factory));
  }
  if (elements.length > 0 || namespace === undefined) {
    const pattern = factory.createObjectBindingPattern(elements);
    statements.push(letStatement([factory.createVariableDeclaration(pattern, undefined, undefined, namespace ?? loaded)], factory));
  }
  return statements.map(made => ts.setTextRange(made, statement));
}

function sideEffects(statement: ts.ImportDeclaration | ts.ExportDeclaration, specifier: ts.Expression, factory: ts.NodeFactory): ts.Statement {
  return typescript.setTextRange(factory.createExpressionStatement(awaitImport(statement, specifier, factory)), statement);
}

function awaitImport({ attributes }: ts.ImportDeclaration | ts.ExportDeclaration, specifier: ts.Expression, factory: ts.NodeFactory): ts.Expression {
  const options = attributes === undefined ? [] : [factory.createObjectLiteralExpression([
    factory.createPropertyAssignment('with', factory.createObjectLiteralExpression(
      attributes.elements.map(({ name, value }) => factory.createPropertyAssignment(name, value)))),
  ])];
  const call = factory.createCallExpression(machinery(factory, 'import'), undefined, [specifier, ...options]);
  return typescript.setTextRange(factory.createAwaitExpression(typescript.setTextRange(call, specifier)), specifier);
}
