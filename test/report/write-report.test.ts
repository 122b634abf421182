import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { JSDOM } from 'jsdom';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { presetPlan } from '../../src/binarize/index.js';
import type { GridRecord, ResultRow } from '../../src/experiments/index.js';
import { collectReport } from '../../src/report/collect.js';
import { writeReport } from '../../src/report/index.js';
import { runLayers } from '../../src/report/run-layers.js';
import { train } from '../../src/training/index.js';
import { doneRow, failedRow } from '../experiments/rows.js';
import { tinyConfig, tinyData } from '../training/tiny.js';

const folder = mkdtempSync(join(tmpdir(), 'binvit-report-'));
const reason = 'the loss is NaN after <b>step 3</b>';
const record: GridRecord = {
  profile: 'standard', model: 'vit_nano', data: 'mnist', seeds: [1, 2], notes: [],
  runs: [1, 2].flatMap(seed => ['none/float', 'all/bwn', 'all/bnn'].map(cell => ({ cell, seed, configHash: `${cell} ${seed}` }))),
};
/** Trained in a fraction of a second, so that there is a run folder to read. */
const bwn: ResultRow = { ...doneRow('all/bwn', 1, 0.9), dir: 'runs/bwn', scaled: true };

beforeAll(async () => {
  await train(tinyConfig({ plan: presetPlan('all', 'bwn') }), { dir: join(folder, bwn.dir), backend: 'cpu', data: tinyData() });
  writeFileSync(join(folder, 'grid.json'), JSON.stringify(record));
  for (const row of [bwn, failedRow('all/bnn', 1, reason)]) appendFileSync(join(folder, 'results.jsonl'), `${JSON.stringify(row)}\n`);
  appendFileSync(join(folder, 'results.jsonl'), '{"configHash": "tor');
});
afterAll(() => { rmSync(folder, { recursive: true }); });

describe('collectReport', () => {
  it('says of every run without a result that it failed, is missing or is damaged, and why', async () => {
    const { report: { absent, summary } } = await collectReport(folder);
    expect(absent.map(({ kind, run }) => `${kind}: ${run}`)).toEqual([
      'failed: all/bnn, seed 1', 'missing: none/float, seed 1', 'missing: none/float, seed 2', 'missing: all/bwn, seed 2', 'missing: all/bnn, seed 2',
      'damaged: results.jsonl, line 3',
    ]);
    expect(absent[0]!.reason).toBe(reason);
    expect(summary).toContain('1 of 6 runs done: 3 arms with 2 seeds each.');
  });

  it('draws the curves, scaling factors and latent weights of the run folders', async () => {
    const { report: { curves, scales, arms } } = await collectReport(folder);
    expect(curves!.figure.alternative).toMatch(/BWN, MLP and MHSA: loss \d/);
    expect(scales!.figure.alternative).toContain('blocks.1.mlp.fc2');
    expect(arms.map(arm => arm.figures.map(({ id, figure }) => `${id}: ${figure.data.length}`))).toEqual([['curves-all-bwn: 4', 'scales-all-bwn: 1', 'weights-all-bwn: 8', 'architecture-all-bwn: 0']]);
  });

  it('names a command that repeats the grid on the same backend', async () => {
    expect((await collectReport(folder)).report.command).toBe('npm run reproduce -- --profile standard --data mnist --seeds 2 --backend native');
  });

  it('keeps a row whose run folder is gone, and says so', async () => {
    const other = join(folder, 'without folder');
    mkdirSync(other);
    writeFileSync(join(other, 'grid.json'), JSON.stringify({ ...record, runs: record.runs.slice(1, 2) }));
    writeFileSync(join(other, 'results.jsonl'), `${JSON.stringify(bwn)}\n`);
    const { report } = await collectReport(other);
    expect(report.cells.map(({ where, n }) => `${where}: ${n}`)).toEqual(['all: 1']);
    expect(report.absent).toHaveLength(2);
    expect(report.absent[0]!.reason).toMatch(/^its row counts, but its folder: .*found no config\.json/);
  });

  it('refuses a folder without a grid in one sentence', async () => {
    await expect(collectReport(join(folder, 'runs'))).rejects.toThrow('found no grid.json; run "binvit reproduce" first');
  });
});

describe('runLayers', () => {
  it('gives the latent weights and one scaling factor for each output, their mean absolute value', async () => {
    const layers = await runLayers(join(folder, bwn.dir));
    const { latent, scales } = layers.find(({ layer }) => layer === 'blocks.0.mlp.fc1')!;
    expect(scales.length).toBe(16);
    for (let output = 0; output < 16; output++) {
      let sum = 0;
      for (let input = 0; input < 8; input++) sum += Math.abs(latent[input * 16 + output]!);
      expect(scales[output]).toBeCloseTo(sum / 8, 6); // float32 sums of 8 values
    }
  });

  it('leaves no tensor behind', async () => {
    const { numTensors } = tf.memory();
    await runLayers(join(folder, bwn.dir));
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});

describe('writeReport', () => {
  it('writes a report of part of a grid, and its runs as CSV with ids as text', async () => {
    const { indexPath, absent } = await writeReport(folder, { outDir: join(folder, 'out') });
    expect(absent).toBe(6);
    const { document } = new JSDOM(readFileSync(indexPath)).window;
    expect(document.querySelector('.notice')!.textContent).toContain('1 run failed, 4 runs missing, 1 run damaged');
    expect(document.querySelector('#absent')!.textContent).toContain(reason);
    const csv = readFileSync(join(folder, 'out', 'results.csv'), 'utf8').split('\n');
    expect(csv[0]).toMatch(/^configHash,cell,where,method,/);
    expect(csv[1]).toMatch(/^all\/bwn 1,all\/bwn,all,bwn,true,1,32,1,0\.003,done,,0\.9,/);
    expect(csv[2]).toContain(`failed,${reason},,`);
  });
});
