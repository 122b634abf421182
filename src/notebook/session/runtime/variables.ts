import { inspect, types } from 'node:util';
import { runInThisContext } from 'node:vm';
import { isTensor, tensorType } from '../../display/index.js';
import type { Variable } from '../types.js';

const maxPreviewLength = 120;
const builtin = new Set<string>();
const declared = new Set<string>();

/** The global names of now are not the user's. */
export function rememberGlobals(): void {
  for (const name of Object.getOwnPropertyNames(globalThis)) builtin.add(name);
}

/** Names that a cell declares; they live in V8's list of global declarations, which cannot be asked. */
export function declareVariables(names: readonly string[]): void {
  for (const name of names) declared.add(name);
}

/** The user's variables, as they are now. Nothing of theirs is run: no getter, no method, no trap of a proxy. */
export function variables(): Variable[] {
  const lexical = [...declared].flatMap(name => {
    const binding = readBinding(name);
    return binding === null ? [] : [describeVariable(name, binding.value)];
  });
  const properties = Object.entries(Object.getOwnPropertyDescriptors(globalThis)).flatMap(([name, { value }]) =>
    builtin.has(name) || declared.has(name) ? [] : [describeVariable(name, value)]);
  return [...lexical, ...properties];
}

/** `null` where the cell failed before it gave the name a value. */
function readBinding(name: string): { readonly value: unknown } | null {
  try {
    return { value: runInThisContext(name) as unknown };
  } catch {
    return null;
  }
}

function describeVariable(name: string, value: unknown): Variable {
  const preview = inspect(value, { colors: false, customInspect: false, depth: 1, maxArrayLength: 10, maxStringLength: maxPreviewLength, breakLength: Infinity, compact: true });
  const line = preview.replace(/\s*\n\s*/g, ' ');
  return {
    name, type: typeOf(value), size: sizeOf(value),
    preview: line.length > maxPreviewLength ? `${line.slice(0, maxPreviewLength - 1)}…` : line,
  };
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'function') return /^class\b/.test(Function.prototype.toString.call(value)) ? 'class' : 'function';
  if (typeof value !== 'object') return typeof value;
  if (types.isProxy(value)) return 'Proxy';
  if (hasField(value, 'dtype') && isTensor(value)) return tensorType(value);
  const name = className(value);
  if (hasField(value, '$index') && hasField(value, '$columns')) return `${name} [${lengthOf(value.$index)}, ${lengthOf(value.$columns)}]`;
  return Array.isArray(value) ? `Array(${value.length})` : name;
}

/** Name of the class, from fields only. */
function className(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== 'object' || prototype === null) return 'Object';
  if (types.isProxy(prototype) || !hasField(prototype, 'constructor') || typeof prototype.constructor !== 'function') return className(prototype);
  const name = Object.getOwnPropertyDescriptor(prototype.constructor, 'name')?.value as unknown;
  return typeof name === 'string' && name !== '' ? name : 'Object';
}

function sizeOf(value: unknown): string {
  if (typeof value === 'string') return counted(value.length, 'character');
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return '';
  if (Array.isArray(value)) return counted(value.length, 'element');
  if (ArrayBuffer.isView(value)) return counted(value.byteLength, 'byte');
  if (types.isAnyArrayBuffer(value)) return counted(value.byteLength, 'byte');
  if (types.isMap(value) || types.isSet(value)) return counted(value.size, 'entry', 'entries');
  if (hasField(value, 'dtype') && isTensor(value)) return counted(value.size, 'element');
  return '';
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function lengthOf(value: unknown): string {
  return Array.isArray(value) ? String(value.length) : '?';
}

function hasField<Name extends string>(value: object, name: Name): value is object & Record<Name, unknown> {
  const descriptor = Object.getOwnPropertyDescriptor(value, name);
  return descriptor !== undefined && 'value' in descriptor;
}
