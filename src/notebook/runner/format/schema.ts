import { z } from 'zod';
import type { Json, MimeBundle } from '../../session/index.js';
import { cellIdPattern } from './cell-id.js';
import { isJsonMime } from './notebook.js';

/** What JSON.parse gave needs no further look where any JSON may stand. */
const json = z.custom<Json>(() => true);

const metadata = z.record(z.string(), json, 'expected an object');

const lines = z.union([z.string(), z.array(z.string())], 'expected text, or a list of lines')
  .transform(value => typeof value === 'string' ? value : value.join(''));

const count = z.int('expected a whole number or null').min(0, 'expected a whole number of at least 0').nullable().default(null);

const mimeBundle = z.record(z.string(), json, 'expected an object of MIME types').transform((bundle, context): MimeBundle => {
  const joined: Record<string, Json> = {};
  for (const [type, content] of Object.entries(bundle)) {
    if (isJsonMime(type)) {
      joined[type] = content;
      continue;
    }
    const text = lines.safeParse(content);
    if (text.success) joined[type] = text.data;
    else context.addIssue({ code: 'custom', path: [type], message: 'expected text, or a list of lines' });
  }
  return joined;
});

const output = z.discriminatedUnion('output_type', [
  z.strictObject({ output_type: z.literal('stream'), name: z.string('expected the name of a stream'), text: lines }),
  z.strictObject({ output_type: z.literal('display_data'), data: mimeBundle, metadata: metadata.default({}) }),
  z.strictObject({ output_type: z.literal('execute_result'), execution_count: count, data: mimeBundle, metadata: metadata.default({}) }),
  z.strictObject({
    output_type: z.literal('error'), ename: z.string('expected text'), evalue: z.string('expected text'),
    traceback: z.array(z.string('expected text'), 'expected a list of lines'),
  }),
], 'expected an output of type stream, display_data, execute_result or error');

const cell = {
  id: z.string('expected text').regex(cellIdPattern, 'expected 1 to 64 letters, digits, - or _').optional(),
  metadata: metadata.default({}),
  source: lines,
};

const attachments = z.record(z.string(), mimeBundle, 'expected an object of files').optional();

/** nbformat 4.0 to 4.5 as it stands in a file; what a minor version has added is optional. */
export const notebookSchema = z.strictObject({
  nbformat: z.literal(4),
  nbformat_minor: z.int(),
  metadata: metadata.default({}),
  cells: z.array(z.discriminatedUnion('cell_type', [
    z.strictObject({
      cell_type: z.literal('code'), ...cell, execution_count: count,
      outputs: z.array(output, 'expected a list of outputs').default([]),
    }),
    z.strictObject({ cell_type: z.literal('markdown'), ...cell, attachments }),
    z.strictObject({ cell_type: z.literal('raw'), ...cell, attachments }),
  ], 'expected a cell of type code, markdown or raw'), 'expected a list of cells'),
});

/** What is wrong with a value that a schema refused: place, what was expected, what was found. */
export function complaint({ issues }: z.ZodError, value: unknown): string {
  const issue = issues[0]!;
  const unknownKey = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const at = issue.path.map((key, index) => typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${String(key)}`).join('');
  const where = at === '' ? 'the notebook' : at;
  if (unknownKey !== undefined) return `${where}: found "${unknownKey}", which nbformat 4 does not have there`;
  return `${where}: ${issue.message}, found ${found(issue.path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown> | undefined)?.[key], value))}`;
}

/** A value in a few words. */
export function found(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (value !== null && typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
