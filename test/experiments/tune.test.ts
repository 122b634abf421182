import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gridCells, readTunedTable, tune, tunedRates, tuningSeed, type TunedTable, type TuneSummary } from '../../src/experiments/index.js';
import { bestTrial, extendRates } from '../../src/experiments/tune.js';
import { chooseRate, writeTunedTable } from '../../src/experiments/tuned-table.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder();
const trials = (...accuracies: (number | null)[]) =>
  accuracies.map((validationAccuracy, i) => ({ learningRate: 2 ** i / 1000, validationAccuracy, configHash: String(i) }));

describe('the best trial', () => {
  test('has the highest validation accuracy, the lowest rate among equals', () => {
    expect(bestTrial(trials(0.5, 0.9, 0.9, 0.2))).toMatchObject({ learningRate: 0.002, edge: null });
  });

  test('is marked when it is the first or last that was tried', () => {
    expect(bestTrial(trials(0.9, 0.5, 0.2))).toMatchObject({ edge: 'lowest' });
    expect(bestTrial(trials(0.2, 0.5, 0.9))).toMatchObject({ edge: 'highest' });
  });

  test('is never a failed one', () => {
    expect(bestTrial(trials(null, 0, null))).toMatchObject({ learningRate: 0.002 });
    expect(bestTrial(trials(null, null))).toBeNull();
  });
});

test('rates grow on the sides where a cell needs it, for all cells', () => {
  const [low, mid, high] = [trials(0.9, 0.5), trials(0.1, 0.5, 0.2), trials(0.5, 0.9)].map(list => bestTrial(list)!);
  expect(extendRates([1, 2, 4], [mid!])).toEqual([1, 2, 4]);
  expect(extendRates([1, 2, 4], [mid!, high!])).toEqual([1, 2, 4, 8]);
  expect(extendRates([1, 2, 4], [low!, high!])).toEqual([0.5, 1, 2, 4, 8]);
});

describe('tuning', () => {
  const run = (out: string, signal?: AbortSignal, onRow?: () => void): Promise<TuneSummary> => tune({
    profile: 'standard', data: 'mnist', out: folder.path(out), workers: 2, tablePath: folder.path(`${out}.json`), signal, onRow,
    workerPath: join(import.meta.dirname, 'fake-training-worker.mjs'),
  });

  test('gives every cell the same trials and writes what they found', async () => {
    const summary = await run('tuned');
    expect(summary.status).toBe('done');
    // mlp/bnn is best at 1e-3, so that all cells try 5e-4 too.
    const rates = [5e-4, ...tunedRates];
    const { cells, seed, steps, backend, command } = readTunedTable(folder.path('tuned.json'), 'mnist').profiles.standard!;
    expect(Object.keys(cells)).toHaveLength(gridCells.length);
    for (const cell of Object.values(cells)) expect(cell.trials.map(({ learningRate }) => learningRate)).toEqual(rates);
    expect({ seed, steps, backend, command })
      .toEqual({ seed: tuningSeed, steps: 400, backend: 'native', command: 'npx binvit tune --profile standard --data mnist' });
    expect(cells['mhsa/bnn']).toMatchObject({ learningRate: 8e-3, edge: null });
    expect(cells['mlp/bnn']).toMatchObject({ learningRate: 1e-3, edge: null });
    expect(cells['all/xnor-net']!.trials.at(-1)!.validationAccuracy).toBeNull();
    expect(summary.notes).toEqual([]);
  });

  test('rates that are named are all that is tried', async () => {
    await tune({
      profile: 'standard', data: 'mnist', out: folder.path('named'), workers: 2, tablePath: folder.path('named.json'), rates: [4e-3, 8e-3],
      workerPath: join(import.meta.dirname, 'fake-training-worker.mjs'),
    });
    const { cells, command } = readTunedTable(folder.path('named.json'), 'mnist').profiles.standard!;
    expect(cells['mhsa/bnn']).toMatchObject({ learningRate: 8e-3, edge: 'highest' });
    for (const cell of Object.values(cells)) expect(cell.trials.map(({ learningRate }) => learningRate)).toEqual([4e-3, 8e-3]);
    expect(command).toBe('npx binvit tune --profile standard --data mnist --rates 0.004,0.008');
  });

  test('an interruption writes no table, and the next call goes on to the same one', async () => {
    const controller = new AbortController();
    let rows = 0;
    expect(await run('resumed', controller.signal, () => { if (++rows === 20) controller.abort(); })).toMatchObject({ status: 'interrupted', cells: {} });
    expect(readTunedTable(folder.path('resumed.json'), 'mnist').profiles).toEqual({});
    await run('resumed');
    expect(readTunedTable(folder.path('resumed.json'), 'mnist')).toEqual(readTunedTable(folder.path('tuned.json'), 'mnist'));
  });
});

describe('the tuned table', () => {
  const tuned = (steps: number, learningRate: number, edge: 'highest' | null = null) =>
    ({ steps, batchSize: 128, seed: 1000, backend: 'native', version: '0.1.0', command: 'c', cells: { 'mlp/bwn': { learningRate, edge, trials: [] } } });
  const table: TunedTable = { model: 'vit_nano', data: 'mnist', profiles: { standard: tuned(400, 0.01), quick: tuned(40, 0.02, 'highest') } };

  test('gives the rate of the profile, else that of standard, else the default, and says which', () => {
    expect(chooseRate(table, 'standard', 'mlp/bwn')).toEqual({ learningRate: 0.01, note: null });
    expect(chooseRate(table, 'quick', 'mlp/bwn')).toEqual({
      learningRate: 0.02, note: 'mlp/bwn: the tuned learning rate 0.02 is the highest that was tried; a better one may lie beyond' });
    expect(chooseRate(table, 'full', 'mlp/bwn')).toEqual({ learningRate: 0.01, note: 'mlp/bwn: learning rate 0.01 was tuned at 400 steps' });
    expect(chooseRate(table, 'full', 'all/bnn')).toEqual({
      learningRate: 0.003, note: 'all/bnn: learning rate 0.003 is the default; it was not tuned on mnist' });
  });

  test('reads what was written', () => {
    writeTunedTable(folder.path('table.json'), table);
    expect(readTunedTable(folder.path('table.json'), 'mnist')).toEqual(table);
  });

  test('a wrong file is named with its field', () => {
    const path = folder.path('wrong.json');
    const reading = (text: string) => (): unknown => {
      writeFileSync(path, text);
      return readTunedTable(path, 'mnist');
    };
    expect(reading('{')).toThrow(`${path}: the file: expected JSON; mend the file or run "binvit tune" again`);
    expect(reading(JSON.stringify({ ...table, data: 'fashion-mnist' }))).toThrow('data: expected "mnist", found "fashion-mnist"');
    expect(reading(JSON.stringify({ ...table, profiles: { quick: tuned(40, -1) } }))).toThrow('profiles.quick.cells.mlp/bwn.learningRate');
  });
});
