import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import {
  activationTable, attentionTable, branchContributions, compareLayers, costTable, headScales, layerSensitivity, signDynamics, spectrumTable, weightTable,
} from '../../src/analysis/index.js';
import { Random, useBackend } from '../../src/backend/index.js';
import { presetPlan } from '../../src/binarize/index.js';
import { normalization, wholeView } from '../../src/data/index.js';
import type { TableRows } from '../../src/io/index.js';
import { binaryLayers, buildVit } from '../../src/models/index.js';
import { tinyData, tinyModel } from '../training/tiny.js';

beforeAll(async () => { await useBackend('cpu'); });

it('every table has columns of the kinds that they say, with a text for each name, in all formats', async () => {
  const plan = presetPlan('mlp', 'xnor-net');
  const model = buildVit(tinyModel, plan, Random.seeded(1));
  const binary = buildVit(tinyModel, presetPlan('all', 'bnn'), Random.seeded(1));
  const view = wholeView(tinyData().test);
  const constants = normalization(view);
  const images = tf.randomUniform<tf.Rank.R4>([2, 8, 8, 1], -1, 1, 'float32', 1);
  const signs = binaryLayers(model).map(layer => layer.signs());
  const tables: Record<string, TableRows<never>> = {
    weights: weightTable(model), activations: activationTable(model, images), attention: attentionTable(model, tinyModel, view, constants),
    cost: costTable(tinyModel, plan), comparison: compareLayers(model, binary), headScales: headScales(binary), spectra: await spectrumTable(model),
    signs: signDynamics([{ step: 0, layers: signs }, { step: 1, layers: signs }]),
    contributions: (await branchContributions(model, view, constants)).branches, sensitivity: (await layerSensitivity(model, view, constants)).layers,
  } as unknown as Record<string, TableRows<never>>;
  for (const [name, found] of Object.entries(tables)) {
    const { columns, rows } = found.toTable();
    expect(rows.length, name).toBeGreaterThan(0);
    expect(new Set(columns.map(column => column.name)).size, name).toBe(columns.length);
    for (const row of rows) {
      row.forEach((value, at) => {
        const { name: column, kind } = columns[at]!;
        expect([kind === 'text' ? 'string' : kind, 'null'], `${name}.${column}`).toContain(value === null ? 'null' : typeof value);
      });
    }
    expect((await found.toDataFrame()).shape, name).toEqual([rows.length, columns.length]);
    expect(found.toCsv().split('\n').length, name).toBe(rows.length + 2);
    expect((JSON.parse(found.toJson()) as unknown[]).length, name).toBe(rows.length);
    expect(found.toLatex().split('\n').length, name).toBe(rows.length + 7);
  }
  expect(tables.contributions!.toLatex()).toContain('\\pm');
  for (const disposable of [model, binary, images]) disposable.dispose();
});
