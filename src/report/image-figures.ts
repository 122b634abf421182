import * as tf from '@tensorflow/tfjs';
import {
  activationTable, attentionMaps, attentionTable, branchContributions, layerSensitivity, lossSurface, probeBatch, type Probe,
} from '../analysis/index.js';
import type { Random } from '../backend/index.js';
import { viewOf, type ImageSet } from '../data/index.js';
import type { Normalization } from '../pictures/index.js';
import {
  activationBalanceFigure, activationsFigure, attentionFigure, attentionMapsFigure, contributionsFigure, lossSurfaceFigure, sensitivityFigure, type DrawnImage,
} from '../figures/index.js';
import { binaryLayers, tokenCount, vitDefinition } from '../models/index.js';
import type { ReportFigure } from './report.js';
import type { Add } from './run-figures.js';

/** Images for which the model runs whole for every branch and layer: a difference of a percent is then seen. */
const evaluated = 2000;
const probed = 128;
/** Images whose maps are drawn. */
const drawn = 4;

/**
 * The figures of one model that need images: attention, activations, contributions, sensitivity and the loss around it.
 *
 * @param model on the active backend; it stays the caller's
 * @param set test images
 * @param random draws the probes and the directions of the loss surface
 * @param onProgress share of the work that is done, in (0, 1]
 */
export async function imageFigures(
  model: tf.LayersModel, set: ImageSet, normalization: Normalization, random: Random, onProgress: (share: number) => void,
): Promise<ReportFigure[]> {
  const figures: ReportFigure[] = [];
  const add: Add = (id, title, figure) => { figures.push({ id, title, figure }); };
  const { config, plan } = vitDefinition(model);
  const view = viewOf(set, Uint32Array.from({ length: Math.min(evaluated, set.count) }, (_, index) => index));
  const part = (from: number, to: number) => (share: number): void => { onProgress(from + share * (to - from)); };
  add('attention', 'Attention', attentionFigure(attentionTable(model, config, view, normalization), tokenCount(config)));
  const probe = probeBatch(view, Math.min(probed, view.count), normalization, random.fork('probe'));
  try {
    const rows = activationTable(model, probe.images);
    add('activations', 'Activations', activationsFigure([{ label: plan.name, rows }]));
    add('activation-balance', 'Balance of the activations', activationBalanceFigure([{ label: plan.name, rows }]));
    add('attention-maps', 'Attention rollout', mapsFigure(model, set, probe));
    add('contributions', 'Contribution of the branches', contributionsFigure(
      await branchContributions(model, view, normalization, { onProgress: part(0.05, 0.3) })));
    if (binaryLayers(model).length > 0) {
      add('sensitivity', 'Sensitivity of the layers', sensitivityFigure(await layerSensitivity(model, view, normalization, { onProgress: part(0.3, 0.7) })));
    }
    const surface = await lossSurface(model, probe, random.fork('surface'), { onProgress: part(0.7, 1) });
    add('loss-surface', 'Loss around the weights', lossSurfaceFigure([{ label: plan.name, surface }]));
  } finally {
    tf.dispose([probe.images, probe.labels]);
  }
  return figures;
}

function mapsFigure(model: tf.LayersModel, set: ImageSet, { images, indices }: Probe): ReportFigure['figure'] {
  const some = images.slice([0, 0, 0, 0], [Math.min(drawn, indices.length), -1, -1, -1]);
  try {
    return attentionMapsFigure([...indices.subarray(0, drawn)].map(index => drawnImage(set, index)), [{ label: vitDefinition(model).plan.name, maps: attentionMaps(model, some) }]);
  } finally {
    some.dispose();
  }
}

/** An image of a set with the name of its class, its channels averaged. */
export function drawnImage({ images, labels, classes, height, width, channels }: ImageSet, index: number): DrawnImage {
  const brightness = (place: number): number => {
    const first = (index * height * width + place) * channels;
    return images.subarray(first, first + channels).reduce((sum, value) => sum + value, 0) / channels;
  };
  return {
    label: classes[labels[index]!]!,
    pixels: Array.from({ length: height }, (_row, y) => Array.from({ length: width }, (_column, x) => Math.round(brightness(y * width + x)))),
  };
}
