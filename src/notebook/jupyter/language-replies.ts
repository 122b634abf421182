import type { CompletionItem, NotebookSession } from '../session/index.js';
import { toCodePoints, toUnits } from './code-points.js';
import type { JsonObject } from './message.js';
import { RequestContent } from './request-content.js';

/** Content of a `complete_reply`. */
export async function completeReply(session: NotebookSession, content: JsonObject): Promise<JsonObject> {
  const { code, offset } = cursor('complete_request', content);
  const { start, end, items } = await session.complete(code, offset);
  const cursorStart = toCodePoints(code, start);
  const cursorEnd = toCodePoints(code, end);
  const sorted = [...items].sort(bySortText);
  return {
    status: 'ok', matches: [...new Set(sorted.map(item => item.insertText))], cursor_start: cursorStart, cursor_end: cursorEnd,
    // JupyterLab shows the kinds from here.
    metadata: {
      _jupyter_types_experimental: sorted.map(({ insertText, kind }) => ({ text: insertText, type: kind, start: cursorStart, end: cursorEnd })),
    },
  };
}

function bySortText(a: CompletionItem, b: CompletionItem): number {
  if (a.sortText !== b.sortText) return a.sortText < b.sortText ? -1 : 1;
  return a.label < b.label ? -1 : 1;
}

/** Content of an `inspect_reply`. */
export async function inspectReply(session: NotebookSession, content: JsonObject): Promise<JsonObject> {
  const { code, offset } = cursor('inspect_request', content);
  const data = await inspectionBundle(session, code, offset);
  return { status: 'ok', found: data !== null, data: data ?? {}, metadata: {} };
}

/** Declaration and documentation of the name at `offset`, as text, Markdown and HTML; `null` when there is none. */
export async function inspectionBundle(session: NotebookSession, code: string, offset: number): Promise<JsonObject | null> {
  const found = await session.inspect(code, offset);
  if (!found) return null;
  // Loaded when the first help is asked for, not while the kernel starts.
  const { default: MarkdownIt } = await import('markdown-it');
  const source = `\`\`\`typescript\n${found.signature}\n\`\`\`\n\n${found.documentation}`.trim();
  return {
    'text/plain': `${found.signature}\n\n${found.documentation}`.trim(),
    'text/markdown': source,
    'text/html': new MarkdownIt({ html: false, linkify: true }).render(source),
  };
}

/** Content of an `is_complete_reply`. */
export async function isCompleteReply(session: NotebookSession, content: JsonObject): Promise<JsonObject> {
  return { ...await session.isComplete(new RequestContent('is_complete_request', content).text('code')) };
}

/** Content of a `history_reply`: triples of session, line and code, or code and output when the output is asked for (it is not kept). */
export function historyReply(session: NotebookSession, content: JsonObject): JsonObject {
  const fields = new RequestContent('history_request', content);
  const read = (): ReturnType<NotebookSession['history']['tail']> => {
    const type = fields.text('hist_access_type', 'tail');
    const most = fields.whole('n', Number.MAX_SAFE_INTEGER);
    if (type === 'range') return session.history.range(fields.whole('session', 0), fields.whole('start', 0), fields.has('stop') ? fields.whole('stop') : null);
    if (type === 'search') return session.history.search(fields.text('pattern', '*'), most, fields.flag('unique', false));
    return session.history.tail(most);
  };
  const output = fields.flag('output', false);
  return { status: 'ok', history: read().map(entry => [entry.session, entry.line, output ? [entry.code, null] : entry.code]) };
}

function cursor(type: string, content: JsonObject): { code: string; offset: number } {
  const fields = new RequestContent(type, content);
  const code = fields.text('code');
  // Without a position: the end of the code.
  return { code, offset: toUnits(code, fields.whole('cursor_pos', code.length)) };
}
