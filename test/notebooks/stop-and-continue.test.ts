import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startSession, type ExecuteResult, type NotebookSession, type OutputEvent } from '../../src/notebook/index.js';
import { readNotebook } from '../../src/notebook/runner/index.js';
import { readRun, readSigns } from '../../src/training/index.js';
import { temporaryFolder } from '../temporary-folder.js';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const folder = temporaryFolder();

/** The cells of notebook 03 up to the one that trains, told to do so for 40 steps, with a checkpoint every 20. */
const cells = readNotebook(`${repository}notebooks/03-train-one-live.ipynb`).cells
  .flatMap(cell => (cell.cell_type === 'code' ? [cell.source.replace(/^const steps = \d+;$/m, 'const steps = 40;')] : []));
const training = cells.findIndex(source => source.includes('await train('));

/** A session in a folder of notebooks of its own, in which all cells before the training have run. */
async function beforeTraining(name: string): Promise<NotebookSession> {
  const cwd = folder.path(`${name}/notebooks`);
  mkdirSync(`${cwd}/node_modules`, { recursive: true });
  symlinkSync(repository, `${cwd}/node_modules/binvit`, 'dir');
  const session = startSession({ cwd, typeCheck: 'off', figurePictures: false });
  for (const source of cells.slice(0, training)) expect(await run(session, source)).toMatchObject({ status: 'ok' });
  return session;
}

const run = (session: NotebookSession, code: string, output: (event: OutputEvent) => void = () => undefined): Promise<ExecuteResult> =>
  session.execute(code, { cell: { id: 'cell' }, output });

/** Folder of the only run of a session. */
function runOf(name: string): string {
  const runs = folder.path(`${name}/runs/notebook-03`);
  return `${runs}/${readdirSync(runs)[0]!}`;
}

it('a training that was stopped and continued in notebook 03 ends with the same weights, metrics and signs', async () => {
  const [whole, stopped] = [await beforeTraining('whole'), await beforeTraining('stopped')];
  try {
    expect(await run(whole, cells[training]!)).toMatchObject({ status: 'ok' });

    const interrupts: Promise<void>[] = [];
    const first = await run(stopped, cells[training]!, event => {
      if (interrupts.length === 0 && JSON.stringify(event).includes('At step 30:')) interrupts.push(stopped.interrupt());
    });
    expect(first).toMatchObject({ status: 'error', error: { kind: 'interrupted' } });
    await Promise.all(interrupts);
    // What was reached stays, and the next cells can show it.
    expect(readRun(runOf('stopped')).summary).toBeNull();
    expect(readRun(runOf('stopped')).metrics.some(row => row.kind === 'step' && row.step === 30)).toBe(true);

    const second = await run(stopped, cells[training]!);
    expect(second, JSON.stringify(second)).toMatchObject({ status: 'ok' });
    const [weights, expected] = ['stopped', 'whole'].map(name => readFileSync(`${runOf(name)}/model.safetensors`));
    expect(weights!.equals(expected!)).toBe(true);
    expect(readSigns(runOf('stopped'))).toEqual(readSigns(runOf('whole')));
    const losses = (name: string): number[] => readRun(runOf(name)).metrics.flatMap(row => (row.kind === 'step' ? [row.step, row.loss] : []));
    expect(losses('stopped')).toEqual(losses('whole'));
  } finally {
    await Promise.all([whole.close(), stopped.close()]);
  }
});
