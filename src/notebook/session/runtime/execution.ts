import { url as inspectorUrl } from 'node:inspector';
import { describe } from '../../display/index.js';
import { fence, report } from './reports.js';
import type { RunnableCell } from '../messages.js';
import type { CellError } from '../types.js';
import { interruptedError } from '../cell-errors.js';
import { cellErrorOf } from './errors.js';
import { evaluate } from './evaluate.js';
import { shielded, wasStoppedEarly } from './interruption.js';
import { allForms } from './outlet.js';
import { inRun, leaveRun, newestRun, type Run } from './runs.js';
import { registerSource, scriptUrl } from './stack.js';
import { output } from './streams.js';
import { closeTensorScopes } from './tensorflow.js';
import { declareVariables } from './variables.js';

/** Runs a cell; everything about it is reported, its end too. */
export function execute(id: number, cell: RunnableCell): void {
  const run: Run = {
    id, cell, stopped: false, result: undefined, pending: new Set(), stop: new AbortController(),
    end: error => { endRun(run, error); },
  };
  if (wasStoppedEarly(id)) {
    reportEnd(run, interruptedError());
    return;
  }
  if (newestRun()?.stopped === true) closeTensorScopes();
  registerSource(scriptUrl(id), { cell: { id: cell.id, name: cell.name }, file: null }, cell.sourceMap);
  declareVariables(cell.declares);
  inRun(run, () => {
    evaluate(`${cell.code}\n${sourceComments(id, cell)}`).then(() => showResult(run)).then(
      () => { run.end(null); },
      (thrown: unknown) => { run.end(cellErrorOf(thrown)); },
    );
  });
}

/** Tells V8 the script's name and, where a debugger may be attached, what it was compiled from. */
function sourceComments(run: number, { sourceMap }: RunnableCell): string {
  const name = `//# sourceURL=${scriptUrl(run)}`;
  if (inspectorUrl() === undefined) return name;
  return `${name}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(sourceMap)).toString('base64')}`;
}

/** The result comes after everything else that the cell shows. */
async function showResult(run: Run): Promise<void> {
  while (run.pending.size > 0) await Promise.all(run.pending);
  if (run.result === undefined) return;
  const shown = await describe(run.result);
  run.result = undefined;
  if (Object.keys(shown.data).length === 0) return;
  output({ type: 'result', data: await allForms(shown, run.cell.figurePictures), metadata: shown.metadata });
}

const ended = new WeakSet<Run>();

function endRun(run: Run, error: CellError | null): void {
  if (ended.has(run)) return;
  ended.add(run);
  leaveRun(run);
  reportEnd(run, error);
}

function reportEnd(run: Run, error: CellError | null): void {
  shielded(() => {
    fence();
    report({ type: 'end', run: run.id, error });
  });
}
