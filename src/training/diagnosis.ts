import * as tf from '@tensorflow/tfjs';
import { NonFiniteError } from '../ops/index.js';
import type { VitParameter } from '../models/index.js';
import type { TrainConfig } from './config.js';

/** The first place, from the model's input to its loss, that holds a NaN or an infinity. */
export interface NonFinitePlace {
  readonly kind: 'parameter' | 'activation' | 'gradient';
  /** Parameter or layer, e.g. `blocks.1.mlp.fc1.weight`. */
  readonly name: string;
}

/** Why a run was stopped; recorded in `status.json`. */
export interface Diagnosis {
  /** The update that could not be made, counted from 1. */
  readonly step: number;
  /** What was found first while training. */
  readonly found: string;
  /** `null` when a second pass over the same batch was finite everywhere. */
  readonly first: NonFinitePlace | null;
  /** File name of the newest checkpoint; all of its values come from before. `null`: there is none yet. */
  readonly lastGoodCheckpoint: string | null;
  readonly suggestion: string;
}

/** A loss or gradient became NaN or infinite, and the run was stopped before it could touch the weights. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
  readonly diagnosis: Diagnosis;

  constructor(diagnosis: Diagnosis) {
    const { step, found, first, lastGoodCheckpoint, suggestion } = diagnosis;
    super(`step ${step}: ${found}; first non-finite value: ${first ? `${first.kind} ${first.name}` : 'none on a second pass'}; `
      + `last good checkpoint: ${lastGoodCheckpoint ?? 'none'}; ${suggestion}`);
    this.diagnosis = diagnosis;
  }
}

/** What to look through, see {@link firstNonFinite}. */
export interface Suspects {
  readonly model: tf.LayersModel;
  readonly parameters: readonly VitParameter[];
  /** The batch at which it happened, `[batch, height, width, channels]`. */
  readonly images: tf.Tensor4D;
  /** By parameter name; empty when there are none yet. */
  readonly gradients: ReadonlyMap<string, tf.Tensor>;
}

/**
 * Looks for the first non-finite value: in the parameters, then in the output of one layer after the other on the same batch,
 * then in the gradients (of the last layer first, as they arise). Slow; for a run that has ended anyway.
 */
export function firstNonFinite({ model, parameters, images, gradients }: Suspects): NonFinitePlace | null {
  const parameter = parameters.find(({ variable }) => !isFinite(variable));
  if (parameter) return { kind: 'parameter', name: parameter.name };
  for (const layer of model.layers.slice(1)) {
    const finite = tf.tidy(() => {
      try {
        const upToHere = tf.model({ inputs: model.inputs, outputs: layer.output });
        return [upToHere.predict(images)].flat().every(isFinite);
      } catch (error) {
        if (error instanceof NonFiniteError) return error.label;
        throw error;
      }
    });
    if (finite !== true) return { kind: 'activation', name: finite === false ? layer.name : finite };
  }
  const gradient = [...gradients].reverse().find(([, value]) => !isFinite(value));
  return gradient ? { kind: 'gradient', name: gradient[0] } : null;
}

/** What the user can do, from what the configuration says. */
export function suggestion(config: TrainConfig): string {
  const lower = `try a learningRate below ${config.learningRate}`;
  return config.clipNorm === null ? `${lower} or set clipNorm to 1` : lower;
}

function isFinite(tensor: tf.Tensor): boolean {
  return tensor.dataSync().every(Number.isFinite);
}
