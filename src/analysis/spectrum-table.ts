import { setImmediate as nextTurn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import { TableRows, type Column } from '../io/index.js';
import { isBinary, linearLayers, type BinaryLayer, type LinearLayer } from '../models/index.js';
import { spectrum, tailNote, type Spectrum } from './spectrum.js';

/** The spectra of one linear layer. */
export interface SpectrumRow {
  /** 'blocks.0.attn.qkv'. */
  readonly name: string;
  /** Encoder block, from 0; null for patch embedding and head. */
  readonly block: number | null;
  /** `[in, out]`. */
  readonly shape: readonly [number, number];
  /** Null when some weights are not finite. */
  readonly latent: Spectrum | null;
  /** Of scale times signs; null for a float layer. */
  readonly effective: Spectrum | null;
  /** Why a measure is missing; empty when none is. */
  readonly note: string;
}

/**
 * Spectra of every linear layer, one row a layer whatever its size, in the order of computation: of the latent weights, and of the
 * effective ones beside them where the layer is binary.
 *
 * @param onProgress share of the layers that is done, in (0, 1]
 */
export async function spectrumTable(model: tf.LayersModel, onProgress?: (share: number) => void): Promise<TableRows<SpectrumRow>> {
  const rows: SpectrumRow[] = [];
  const layers = linearLayers(model);
  for (const layer of layers) {
    rows.push(spectrumRow(layer));
    onProgress?.(rows.length / layers.length);
    // Lets signals in.
    await nextTurn();
  }
  return new TableRows(columns, rows);
}

const columns: readonly Column<SpectrumRow>[] = [
  ['layer', 'text', row => row.name], ['block', 'number', row => row.block], ['inputs', 'number', row => row.shape[0]], ['outputs', 'number', row => row.shape[1]],
  ...(['latent', 'effective'] as const).flatMap((view): Column<SpectrumRow>[] => [
    [`${view} largest`, 'number', row => row[view]?.singularValues[0] ?? null], [`${view} stableRank`, 'number', row => row[view]?.stableRank ?? null],
    [`${view} rank`, 'number', row => row[view]?.rank ?? null], [`${view} alpha`, 'number', row => row[view]?.tail?.alpha ?? null],
    [`${view} tail`, 'number', row => row[view]?.tail?.n ?? null],
  ]),
  ['note', 'text', row => row.note],
];

function spectrumRow(layer: LinearLayer | BinaryLayer): SpectrumRow {
  const latent = layer.latent();
  const [inputs, outputs] = latent.shape;
  const values = latent.dataSync();
  latent.dispose();
  const finite = values.every(Number.isFinite);
  const found = finite ? spectrum(values, inputs, outputs) : null;
  return {
    name: layer.name, block: layer.block, shape: [inputs, outputs], latent: found,
    effective: finite && isBinary(layer) ? effectiveSpectrum(layer, inputs, outputs) : null,
    note: [
      ...(isBinary(layer) ? [] : ['float: nothing is binarized']),
      ...(finite ? [] : ['weights that are not finite: no spectrum']),
      ...(found !== null && found.tail === null ? [tailNote] : []),
    ].join('; '),
  };
}

function effectiveSpectrum(layer: BinaryLayer, inputs: number, outputs: number): Spectrum {
  const effective = layer.effective();
  const found = spectrum(effective.dataSync(), inputs, outputs);
  tf.dispose(effective);
  return found;
}
