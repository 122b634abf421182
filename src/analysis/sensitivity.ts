import * as tf from '@tensorflow/tfjs';
import type { Random } from '../backend/index.js';
import { methods, parseMethodName, type BinarizationPlan, type MethodName, type Site } from '../binarize/index.js';
import { evaluationBatches, viewOf, type ImageView } from '../data/index.js';
import type { Normalization } from '../pictures/index.js';
import { TableRows, type Column } from '../io/index.js';
import { forward, isBinary, linearLayers, vitDefinition, withPlan, type LinearLayer } from '../models/index.js';
import { restored } from './contribution.js';
import { accuracyChange, outcomes, shareOf, type AccuracyChange } from './outcomes.js';

/** What one layer's precision is worth. */
export interface LayerSensitivity extends AccuracyChange {
  /** 'blocks.0.attn.qkv'; q, k and v change together. */
  readonly layer: string;
  readonly action: 'binarized' | 'restored';
}

export interface Sensitivity {
  /** Accuracy of the model as it is, in [0, 1]. */
  readonly accuracy: number;
  readonly images: number;
  /** In the order of computation. */
  readonly layers: readonly LayerSensitivity[];
}

export interface SensitivityOptions {
  /** Binarizes the float layers of the blocks by this method, one at a time; left out: only binary layers are looked at. */
  readonly method?: MethodName;
  /** Needed with `method`: calibration runs one batch as in training. */
  readonly random?: Random;
  /** Share of the work that is done, in (0, 1]. */
  readonly onProgress?: (share: number) => void;
}

/**
 * Changes the precision of one linear layer at a time, without training: a binary one gets its latent weights and float inputs back, a
 * float one is binarized. What a layer costs alone says where bits are cheap; the costs of several need not add up.
 *
 * @throws RangeError with a method but no generator
 */
export async function layerSensitivity(
  model: tf.LayersModel, view: ImageView, normalization: Normalization, { method, random, onProgress }: SensitivityOptions = {},
): Promise<Sensitivity & { readonly layers: TableRows<LayerSensitivity> }> {
  if (method !== undefined && random === undefined) throw new RangeError('random: expected a generator for the calibration, found none');
  const changes = changesOf(model, method);
  const whole = await outcomes(model, view, normalization);
  const layers: LayerSensitivity[] = [];
  for (const { layer, action, plan: changed } of changes) {
    const variant = withPlan(model, changed);
    try {
      if (action === 'binarized') calibrate(variant, view, normalization, random!.fork(layer));
      layers.push({ layer, action, ...accuracyChange(whole, await outcomes(variant, view, normalization)) });
    } finally {
      variant.dispose();
    }
    onProgress?.(layers.length / changes.length);
  }
  return { accuracy: shareOf(whole), images: whole.length, layers: new TableRows(columns, layers) };
}

const columns: readonly Column<LayerSensitivity>[] = [
  ['layer', 'text', row => row.layer], ['action', 'text', row => row.action], ['accuracy', 'number', row => row.accuracy],
  ['change (points)', 'number', row => 100 * row.change, ({ interval }) => 50 * (interval[1] - interval[0])],
  ['low', 'number', row => 100 * row.interval[0]], ['high', 'number', row => 100 * row.interval[1]],
];

interface Change extends Pick<LayerSensitivity, 'layer' | 'action'> { readonly plan: BinarizationPlan }

function changesOf(model: tf.LayersModel, method: MethodName | undefined): Change[] {
  const { plan } = vitDefinition(model);
  const members = linearLayers(model);
  return [...new Set(members.map(wholeLayer))].flatMap((layer): Change[] => {
    const parts = members.filter(member => wholeLayer(member) === layer);
    const { site, block } = parts[0]!;
    const sites: readonly Site[] = layer.endsWith('.qkv') ? ['q', 'k', 'v'] : [site as Site];
    if (parts.some(isBinary)) return [{ layer, action: 'restored', plan: restored(plan, block, sites) }];
    return method === undefined || block === null ? [] : [{ layer, action: 'binarized', plan: binarized(plan, block, sites, method) }];
  });
}

/** 'blocks.0.attn.q' is a third of 'blocks.0.attn.qkv'. */
const wholeLayer = ({ name }: LinearLayer): string => name.replace(/\.attn\.[qkv]$/, '.attn.qkv');

function binarized(plan: BinarizationPlan, block: number, sites: readonly Site[], method: MethodName): BinarizationPlan {
  const { weight, input } = methods[parseMethodName(method)];
  return { ...plan, rules: [...plan.rules, { sites, blocks: [block], method, weight, input, values: null }] };
}

/** Elastic input scales start from a batch of training; nothing else changes in it. */
function calibrate(model: tf.LayersModel, view: ImageView, normalization: Normalization, random: Random): void {
  const [batch] = evaluationBatches(viewOf(view.set, view.indices.subarray(0, 64)), 64, normalization);
  tf.tidy(() => { forward(model, batch!.images, { training: true, random }); });
  tf.dispose([batch!.images, batch!.labels]);
}
