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
  const original: (...codes: never[]) => never = process[name].bind(process);
  const reporting = (...codes: never[]): never => {
    const call = `process.${name}(${codes.join('')})`;
    const error = new Error(`the cell ended the session's process by ${call}`);
    Error.captureStackTrace(error, reporting);
    report({ type: 'exit', call, error: cellErrorOf(error) });
    return original(...codes);
  };
  process[name] = reporting;
}
