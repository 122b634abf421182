import { randomUUID } from 'node:crypto';
import { Session } from 'node:inspector';
import { createRequire, SourceMap } from 'node:module';
import type { CellReference } from '../../../src/notebook/session/types.js';
import { parseCell } from '../../../src/notebook/language/cell-source.js';
import { convertCell } from '../../../src/notebook/language/convert.js';
import { Transpiler } from '../../../src/notebook/language/transpiler.js';

interface Exception { readonly text: string; readonly lineNumber: number; readonly columnNumber: number; readonly exception?: { readonly description?: string } }

/** A failed cell: V8's words and the place that it names, mapped to what was typed (from 1). */
export class CellFailure extends Error {
  constructor(message: string, readonly line: number, readonly column: number) {
    super(message);
  }
}

/** Evaluates converted cells the way a session's process does, in this process. Names are global: use other ones in each test. */
export function repl() {
  const session = new Session();
  session.connect();
  const results: unknown[] = [];
  const transpiler = new Transpiler({});
  const global = globalThis as { __binvit?: unknown; require?: unknown };
  global.__binvit = {
    import: (specifier: string, options?: ImportCallOptions) => import(specifier, options),
    result: (value: unknown) => { results.push(value); },
    meta: { url: 'file:///notebook/' },
  };
  global.require = createRequire(import.meta.url);

  return async (code: string, language: CellReference['language'] = 'typescript'): Promise<unknown> => {
    const converted = convertCell(parseCell(code, language), { id: 'cell' }, transpiler, new Set());
    results.length = 0;
    const name = `cell-${randomUUID()}`;
    const exception = await new Promise<Exception | undefined>((resolve, reject) => {
      session.post('Runtime.evaluate', { expression: `${converted.code}\n//# sourceURL=${name}`, replMode: true, awaitPromise: true } as object,
        (error: Error | null, reply?: { exceptionDetails?: Exception }) => {
          if (error === null) resolve(reply?.exceptionDetails);
          else reject(error);
        });
    });
    if (exception !== undefined) {
      const description = exception.exception?.description ?? exception.text;
      const place = new RegExp(`${name}:(\\d+):(\\d+)`).exec(description);
      const map = new SourceMap(JSON.parse(JSON.stringify(converted.sourceMap)) as ConstructorParameters<typeof SourceMap>[0]);
      const origin = map.findOrigin(Number(place?.[1] ?? 0), Number(place?.[2] ?? 0));
      throw new CellFailure(description.split('\n')[0]!, 'lineNumber' in origin ? origin.lineNumber : 0, 'columnNumber' in origin ? origin.columnNumber : 0);
    }
    if (results.length > 1) throw new Error(`expected one result at most, found ${results.length}`);
    return results.length === 0 ? undefined : results[0];
  };
}
