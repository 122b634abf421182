import { cellErrorOf } from './errors.js';
import { report } from './reports.js';
import { output } from './streams.js';

/** Shows what nobody caught under the cell that made it; the session lives on. Tells where the code ends the process. */
export function reportUncaught(): void {
  process.on('uncaughtException', error => { show('Uncaught', error); });
  process.on('unhandledRejection', reason => { show('Uncaught (in promise)', reason); });
  reportCalls('exit');
  reportCalls('abort');
}

function show(label: string, thrown: unknown): void {
  output({ type: 'stream', name: 'stderr', text: `${label} ${cellErrorOf(thrown).traceback.join('\n')}\n` });
}

function reportCalls(name: 'exit' | 'abort'): void {
  const original: unknown = process[name];
  const reporting = (code?: number | string | null): never => {
    const call = `process.${name}(${code ?? ''})`;
    const error = new Error(`the cell ended the session's process by ${call}`);
    Error.captureStackTrace(error, reporting);
    report({ type: 'exit', call, error: cellErrorOf(error) });
    return Reflect.apply(original as () => never, process, [code]) as never;
  };
  process[name] = reporting;
}
