import type * as tf from '@tensorflow/tfjs';
import { costTable, headScales, scaleFits, signDynamics, spectrumTable, weightTable } from '../analysis/index.js';
import {
  architectureFigure, costFigure, flipsFigure, headScalesFigure, oscillationFigure, saturationHistoryFigure, scaleHistoryFigure, scaleOptimumFigure,
  signBalanceFigure, spectraFigure, weightsFigure, type Figure,
} from '../figures/index.js';
import { binaryLayers, vitDefinition } from '../models/index.js';
import { readSigns, type RunRecord } from '../training/index.js';
import type { ReportFigure } from './report.js';

/** A list of figures that is filled as they are drawn. */
export type Add = (id: string, title: string, figure: Figure) => void;

/**
 * The figures of one run that need no images: architecture and cost, how its scales, saturation and signs moved, and its weights.
 *
 * @param model the run's, on the active backend; it stays the caller's
 * @param dir the run's folder, for its signs
 */
export async function runFigures(record: RunRecord, model: tf.LayersModel, dir: string): Promise<ReportFigure[]> {
  const figures: ReportFigure[] = [];
  const add: Add = (id, title, figure) => { figures.push({ id, title, figure }); };
  addShape(add, model);
  addHistory(add, record, dir);
  await addWeights(add, model);
  return figures;
}

/**
 * The figures of a model that need neither a run nor images: architecture and cost, and its weights.
 *
 * @param model on the active backend; it stays the caller's
 */
export async function modelFigures(model: tf.LayersModel): Promise<ReportFigure[]> {
  const figures: ReportFigure[] = [];
  const add: Add = (id, title, figure) => { figures.push({ id, title, figure }); };
  addShape(add, model);
  await addWeights(add, model);
  return figures;
}

function addShape(add: Add, model: tf.LayersModel): void {
  const { config, plan } = vitDefinition(model);
  add('architecture', 'Where it is binary', architectureFigure(config, plan));
  add('cost', 'Cost', costFigure([{ label: plan.name, rows: costTable(config, plan) }]));
}

function addHistory(add: Add, { config, metrics }: RunRecord, dir: string): void {
  const layers = metrics.filter(row => row.kind === 'layers').filter(row => row.layers.length > 0);
  if (layers.length > 0) {
    add('scale-history', 'Scaling factors over training', scaleHistoryFigure(layers));
    add('saturation', 'Saturation', saturationHistoryFigure(layers));
  }
  if (config.signsEvery === null || layers.length === 0) return;
  const dynamics = signDynamics(readSigns(dir));
  add('flips', 'Flips', flipsFigure(dynamics));
  add('oscillation', 'Oscillation', oscillationFigure(dynamics));
}

async function addWeights(add: Add, model: tf.LayersModel): Promise<void> {
  add('sign-balance', 'Sign balance', signBalanceFigure(weightTable(model)));
  add('spectra', 'Spectra', spectraFigure(await spectrumTable(model)));
  const fits = scaleFits(model);
  if (fits.length === 0) return;
  const { plan } = vitDefinition(model);
  const [where, method] = [plan.name.split('/')[0]!, plan.rules[0]!.method];
  const layers = binaryLayers(model).map(layer => {
    const [latent, scale] = [layer.latent(), layer.scale()];
    const drawn = { layer: layer.name, latent: latent.dataSync(), scales: scale.dataSync() };
    latent.dispose();
    scale.dispose();
    return drawn;
  });
  add('weights', 'Latent weights', weightsFigure({ where, method, layers }));
  add('scale-optimum', 'Scaling factors and their optimum', scaleOptimumFigure([{ where, method, layers: fits }]));
  const heads = headScales(model);
  if (heads.length > 0) add('head-scales', 'Scaling factors by head', headScalesFigure(heads));
}
