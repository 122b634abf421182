import { cellErrorOf } from './errors.js';
import { report } from './reports.js';
import { output } from './streams.js';

/** Shows what nobody caught under the cell that made it; the session lives on. Tells where the code ends the process. */
export function reportUncaught(): void {
  process.on('uncaughtException', error => { show('Uncaught', error); });
  process.on('unhandledRejection', reason => { show('Uncaught (in promise)', reason); });
  reportCalls('exit', process.exit.bind(process));
  reportCalls('abort', abort);
}

/** Without the stack trace that Node prints of itself, which has no line of the cell in it. */
function abort(): never {
  process.kill(process.pid, 'SIGABRT');
  // Another thread may take the signal.
  for (;;);
}

function show(label: string, thrown: unknown): void {
  output({ type: 'stream', name: 'stderr', text: `${label} ${cellErrorOf(thrown).traceback.join('\n')}\n` });
}

function reportCalls(name: 'exit' | 'abort', call: (...codes: never[]) => never): void {
  const reporting = (...codes: never[]): never => {
    const error = new Error(`the cell ended the session's process by process.${name}(${codes.join('')})`);
    Error.captureStackTrace(error, reporting);
    report({ type: 'exit', error: cellErrorOf(error) });
    return call(...codes);
  };
  process[name] = reporting;
}
