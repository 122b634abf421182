import type ts from 'typescript';
import { typescript } from './typescript.js';

/** The target of an assignment that does what a declaration's pattern does: `{ a, b: [c = 1], ...rest }`. */
export function assignmentTarget(name: ts.BindingName, factory: ts.NodeFactory): ts.Expression {
  const ts = typescript;
  if (ts.isIdentifier(name)) return name;
  const target = ts.isObjectBindingPattern(name)
    ? factory.createObjectLiteralExpression(name.elements.map(element => property(element, factory)))
    : factory.createArrayLiteralExpression(name.elements.map(element => {
      if (ts.isOmittedExpression(element)) return element;
      const item = assignmentTarget(element.name, factory);
      return element.dotDotDotToken === undefined ? withDefault(item, element, factory) : factory.createSpreadElement(item);
    }));
  return ts.setTextRange(target, name);
}

function property(element: ts.BindingElement, factory: ts.NodeFactory): ts.ObjectLiteralElementLike {
  const target = assignmentTarget(element.name, factory);
  if (element.dotDotDotToken !== undefined) return factory.createSpreadAssignment(target);
  if (element.propertyName !== undefined) {
    return factory.createPropertyAssignment(element.propertyName, withDefault(target, element, factory));
  }
  return factory.createShorthandPropertyAssignment(element.name as ts.Identifier, element.initializer);
}

function withDefault(target: ts.Expression, element: ts.BindingElement, factory: ts.NodeFactory): ts.Expression {
  return element.initializer === undefined ? target : factory.createAssignment(target, element.initializer);
}
