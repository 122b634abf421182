import type ts from 'typescript';
import { assignmentTarget } from './assignment-pattern.js';
import { machinery } from './cell-syntax.js';
import { typescript } from './typescript.js';

/** Names that a cell declares at its very top. */
export class HoistedNames {
  readonly #names = new Map<string | ts.Identifier, ts.Identifier>();

  add(name: ts.BindingName): void {
    if (typescript.isIdentifier(name)) {
      // Names that TypeScript makes up have no text yet.
      this.#names.set(name.text === '' ? name : name.text, name);
      return;
    }
    for (const element of name.elements) {
      if (!typescript.isOmittedExpression(element)) this.add(element.name);
    }
  }

  identifiers(): ts.Identifier[] {
    return [...this.#names.values()];
  }
}

interface NodeVisitors {
  /** For a statement of the cell itself. */
  readonly atTop: ts.Visitor;
  /** For what is inside functions and classes, whose variables are their own. */
  readonly inside: ts.Visitor;
}

/** Visitors that replace `import(...)` and `import.meta`, and turn the cell's `var`s, also those in blocks, into assignments. */
export function nodeVisitors(context: ts.TransformationContext, names: HoistedNames): NodeVisitors {
  const ts = typescript;
  const { factory } = context;
  const inside: ts.Visitor = node => {
    const visited = ts.visitEachChild(node, inside, context);
    if (ts.isCallExpression(visited) && visited.expression.kind === ts.SyntaxKind.ImportKeyword) {
      return factory.updateCallExpression(visited, machinery(factory, 'import'), undefined, visited.arguments);
    }
    if (ts.isMetaProperty(visited) && visited.keywordToken === ts.SyntaxKind.ImportKeyword) {
      return ts.setTextRange(machinery(factory, 'meta'), visited);
    }
    return visited;
  };
  const assignments = (list: ts.VariableDeclarationList): ts.Expression[] => list.declarations.flatMap(({ name, initializer, pos, end }) => {
    names.add(name);
    return initializer === undefined ? []
      : [ts.setTextRange(factory.createAssignment(assignmentTarget(name, factory), initializer), { pos, end })];
  });
  const loopTarget = (initializer: ts.ForInitializer): ts.ForInitializer => {
    if (!isVarList(initializer)) return initializer;
    const { name } = initializer.declarations[0]!;
    names.add(name);
    return assignmentTarget(name, factory);
  };
  const outside: ts.Visitor = node => {
    if (ts.isExpression(node) || ts.isFunctionLike(node) || ts.isClassLike(node)) return inside(node);
    if (ts.isVariableStatement(node) && isVarList(node.declarationList)) {
      return assignments(node.declarationList).map(assignment =>
        ts.visitEachChild(ts.setTextRange(factory.createExpressionStatement(assignment), assignment), inside, context));
    }
    if (ts.isForStatement(node) && node.initializer !== undefined && isVarList(node.initializer)) {
      const list = assignments(node.initializer);
      return ts.visitEachChild(factory.updateForStatement(node, list.length === 0 ? undefined : factory.createCommaListExpression(list),
        node.condition, node.incrementor, node.statement), outside, context);
    }
    if (ts.isForOfStatement(node)) {
      return ts.visitEachChild(factory.updateForOfStatement(node, node.awaitModifier, loopTarget(node.initializer), node.expression, node.statement), outside, context);
    }
    if (ts.isForInStatement(node)) {
      return ts.visitEachChild(factory.updateForInStatement(node, loopTarget(node.initializer), node.expression, node.statement), outside, context);
    }
    return ts.visitEachChild(node, outside, context);
  };
  const atTop: ts.Visitor = node => {
    if (!ts.isVariableStatement(node) || (node.declarationList.flags & ts.NodeFlags.Const) === 0) return outside(node);
    const list = node.declarationList;
    const variables = ts.visitNodes(list.declarations, inside, ts.isVariableDeclaration);
    return factory.updateVariableStatement(node, node.modifiers,
      ts.setTextRange(factory.createVariableDeclarationList(variables, ts.NodeFlags.Let), list));
  };
  return { atTop, inside };
}

function isVarList(node: ts.ForInitializer): node is ts.VariableDeclarationList {
  return typescript.isVariableDeclarationList(node) && (node.flags & typescript.NodeFlags.BlockScoped) === 0;
}
