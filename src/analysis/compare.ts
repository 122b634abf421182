import * as tf from '@tensorflow/tfjs';
import { TableRows, type Column } from '../io/index.js';
import { isBinary, linearLayers, type BinaryLayer, type LinearLayer } from '../models/index.js';
import { fiveNumbers } from './distribution.js';

/** How one linear layer differs between two models. */
export interface LayerComparison {
  /** 'blocks.0.attn.qkv'. */
  readonly name: string;
  /** Whether the layer is binary in the first model and in the second. */
  readonly binary: readonly [boolean, boolean];
  /** Cosine of the latent weights as vectors. */
  readonly cosine: number;
  /** ‖W₂ − W₁‖ / ‖W₁‖ of the latent weights. */
  readonly change: number;
  /** Share of latent weights with the same sign, in [0, 1]; 0 counts as +1. */
  readonly signAgreement: number;
  /** Median scaling factor in each model; null where the layer is float. */
  readonly scales: readonly [number | null, number | null];
}

/**
 * Two models of one shape, layer by layer.
 *
 * @throws RangeError when a layer has another shape in the second model, or is missing there; so it is where only one plan
 *   binarizes q, k and v apart
 */
export function compareLayers(first: tf.LayersModel, second: tf.LayersModel): TableRows<LayerComparison> {
  const others = new Map(linearLayers(second).map(layer => [layer.name, layer]));
  const rows: LayerComparison[] = [];
  for (const layer of linearLayers(first)) {
    const other = others.get(layer.name);
    if (!other) throw new RangeError(`layer ${layer.name}: expected it in both models, found it in the first alone (of the second: ${[...others.keys()].join(', ')})`);
    tf.tidy(() => { rows.push(compared(layer, other)); });
  }
  return new TableRows(columns, rows);
}

const columns: readonly Column<LayerComparison>[] = [
  ['layer', 'text', row => row.name], ['binaryFirst', 'boolean', row => row.binary[0]], ['binarySecond', 'boolean', row => row.binary[1]],
  ['cosine', 'number', row => row.cosine], ['change', 'number', row => row.change], ['signAgreement', 'number', row => row.signAgreement],
  ['scaleFirst', 'number', row => row.scales[0]], ['scaleSecond', 'number', row => row.scales[1]],
];

function compared(first: LinearLayer | BinaryLayer, second: LinearLayer | BinaryLayer): LayerComparison {
  const [a, b] = [first.latent(), second.latent()];
  if (a.shape.join() !== b.shape.join()) {
    throw new RangeError(`layer ${first.name}: expected one shape in both models, found [${a.shape.join(', ')}] and [${b.shape.join(', ')}]`);
  }
  const [x, y] = [a.dataSync<'float32'>(), b.dataSync<'float32'>()];
  let [product, squareX, squareY, difference, same] = [0, 0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    product += x[i]! * y[i]!;
    squareX += x[i]! ** 2;
    squareY += y[i]! ** 2;
    difference += (y[i]! - x[i]!) ** 2;
    if ((x[i]! >= 0) === (y[i]! >= 0)) same++;
  }
  const median = (layer: LinearLayer | BinaryLayer): number | null => (isBinary(layer) ? fiveNumbers(layer.scale().dataSync())?.median ?? null : null);
  return {
    name: first.name, binary: [isBinary(first), isBinary(second)], cosine: product / Math.sqrt(squareX * squareY),
    change: Math.sqrt(difference / squareX), signAgreement: same / x.length, scales: [median(first), median(second)],
  };
}
