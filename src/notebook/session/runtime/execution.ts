import { url as inspectorUrl } from 'node:inspector';
import { describe } from '../../display/index.js';
import { fence } from './reports.js';
import type { RunnableCell, SessionReport } from '../messages.js';
import type { CellError } from '../types.js';
import { interruptedError } from '../cell-errors.js';
import { cellErrorOf } from './errors.js';
import { evaluate } from './evaluate.js';
import { wasStoppedEarly } from './interruption.js';
import { allForms } from './outlet.js';
import { inRun, leaveRun, newestRun, type Run } from './runs.js';
import { registerSource, scriptUrl } from './stack.js';
import { closeTensorScopes } from './tensorflow.js';
import { declareVariables } from './variables.js';

/** Runs a cell; everything about it is reported, its end too. */
export function execute(id: number, cell: RunnableCell): void {
  const run: Run = {
    id, cell, stopped: false, result: undefined, pending: new Set(), stop: new AbortController(),
    end: error => { endRun(run, error); },
  };
  if (wasStoppedEarly(id)) return;
  if (newestRun()?.stopped === true) closeTensorScopes();
  registerSource(scriptUrl(id), { cell: { id: cell.id, name: cell.name }, file: null }, cell.sourceMap);
  declareVariables(cell.declares);
  inRun(run, () => {
    evaluate(`${cell.code}\n${sourceComments(id, cell)}`)
      .then(() => resultOf(run))
      .then(result => { endRun(run, null, result); })
      .catch((thrown: unknown) => { run.end(cellErrorOf(thrown)); });
  });
}

/** Tells V8 the script's name and, where a debugger may be attached, what it was compiled from. */
function sourceComments(run: number, { sourceMap }: RunnableCell): string {
  const name = `//# sourceURL=${scriptUrl(run)}`;
  if (inspectorUrl() === undefined) return name;
  return `${name}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(sourceMap)).toString('base64')}`;
}

/** The result, once everything else that the cell shows is there; none of a value that shows nothing. */
async function resultOf(run: Run): Promise<SessionReport[]> {
  while (run.pending.size > 0) await Promise.all(run.pending);
  if (run.result === undefined) return [];
  const shown = await describe(run.result);
  run.result = undefined;
  if (Object.keys(shown.data).length === 0) return [];
  return [{ type: 'output', run: run.id, event: { type: 'result', data: await allForms(shown, run.cell.figurePictures), metadata: shown.metadata } }];
}

const ended = new WeakSet<Run>();

/** @throws TypeError when the result is no JSON; the run goes on then */
function endRun(run: Run, error: CellError | null, result: readonly SessionReport[] = []): void {
  if (ended.has(run)) return;
  fence(...result, { type: 'end', run: run.id, error });
  ended.add(run);
  leaveRun(run);
}

/** Ends a run as interrupted: one of these, or, by its number, one that has not come yet. */
export function interruptRun(run: Run | number): void {
  if (typeof run === 'number') fence({ type: 'end', run, error: interruptedError() });
  else run.end(interruptedError());
}
