import { JsonReader } from './json-reader.js';
import type {
  EstimatorSpec, InputBinarizerSpec, InputScaleSpec, InputThresholdSpec, ScaleGranularity, WeightBinarizerSpec, WeightScaleSpec,
  WeightThresholdSpec,
} from './spec.js';

/**
 * Reads a weight binarizer from JSON, strictly.
 *
 * @param path where the value stands, for the error
 * @throws SpecError that names the path, what was found and what is allowed
 */
export function parseWeightBinarizer(value: unknown, path = 'weight'): WeightBinarizerSpec {
  const { estimator, scale, threshold } = new JsonReader(value, path).object(['estimator', 'scale', 'threshold']);
  return { estimator: readEstimator(estimator), scale: readWeightScale(scale), threshold: readWeightThreshold(threshold) };
}

/**
 * Reads an input binarizer from JSON, strictly.
 *
 * @param path where the value stands, for the error
 * @throws SpecError that names the path, what was found and what is allowed
 */
export function parseInputBinarizer(value: unknown, path = 'input'): InputBinarizerSpec {
  const fields = new JsonReader(value, path).object(['levels', 'estimator', 'scale', 'threshold']);
  const levels = fields.levels.oneOf(['signed', 'unsigned']);
  const estimator = readEstimator(fields.estimator);
  if (estimator.name === 'recu') fields.estimator.fail("an estimator for inputs ('recu' is for weights)");
  const threshold = readInputThreshold(fields.threshold);
  if (threshold.name === 'row-max' && levels === 'signed') {
    fields.threshold.fail("'fixed' or 'learned' (a threshold at 'row-max' is for unsigned levels)");
  }
  return { levels, estimator, scale: readInputScale(fields.scale), threshold };
}

function readEstimator(json: JsonReader): EstimatorSpec {
  const name = json.tag(['identity', 'clipped', 'approx-sign', 'swish-sign', 'ede', 'recu']);
  switch (name) {
    case 'swish-sign':
      return { name, beta: readPositive(json.object(['name', 'beta']).beta) };
    case 'ede': {
      const { tMin, tMax } = json.object(['name', 'tMin', 'tMax']);
      return { name, tMin: readPositive(tMin), tMax: readPositive(tMax) };
    }
    case 'recu':
      return { name, tau: json.object(['name', 'tau']).tau.number('a number above 0.5 and below 1', tau => tau > 0.5 && tau < 1) };
    default:
      json.object(['name']);
      return { name };
  }
}

function readWeightScale(json: JsonReader): WeightScaleSpec {
  const name = json.tag(['none', 'mean-abs', 'learned', 'power-of-two']);
  switch (name) {
    case 'mean-abs': {
      const { per, of, gradient } = json.object(['name', 'per', 'of', 'gradient']);
      return {
        name,
        per: readGranularity(per),
        of: of.oneOf(['signed', 'latent']),
        gradient: gradient.oneOf(['exact', 'detached', 'paper', 'straight-through']),
      };
    }
    case 'learned': {
      const per = json.object(['name', 'per']).per.oneOf(['tensor', 'channel']);
      return { name, per };
    }
    default:
      json.object(['name']);
      return { name };
  }
}

function readGranularity(json: JsonReader): ScaleGranularity {
  if (typeof json.value === 'object' && json.value !== null) return { groupSize: json.object(['groupSize']).groupSize.integer(1) };
  if (json.value === 'tensor' || json.value === 'channel') return json.value;
  return json.fail(`'tensor', 'channel' or {"groupSize": n}`);
}

function readWeightThreshold(json: JsonReader): WeightThresholdSpec {
  const name = json.tag(['zero', 'mean', 'standardize', 'dead-zone', 'stochastic']);
  switch (name) {
    case 'mean': {
      const { per, gradient } = json.object(['name', 'per', 'gradient']);
      return { name, per: per.oneOf(['tensor', 'channel']), gradient: gradient.oneOf(['exact', 'detached']) };
    }
    case 'standardize': {
      const { gain, epsilon } = json.object(['name', 'gain', 'epsilon']);
      return { name, gain: readPositive(gain), epsilon: readPositive(epsilon) };
    }
    case 'dead-zone': {
      const { factor, per } = json.object(['name', 'factor', 'per']);
      return { name, factor: readPositive(factor), per: per.oneOf(['tensor', 'channel']) };
    }
    default:
      json.object(['name']);
      return { name };
  }
}

function readInputScale(json: JsonReader): InputScaleSpec {
  const name = json.tag(['none', 'mean-abs', 'learned', 'elastic']);
  switch (name) {
    case 'mean-abs':
      return { name, gradient: json.object(['name', 'gradient']).gradient.oneOf(['exact', 'detached']) };
    case 'learned':
      return { name, tokens: json.object(['name', 'tokens']).tokens.integer(1) };
    case 'elastic': {
      const { initial, gradientScale } = json.object(['name', 'initial', 'gradientScale']);
      return {
        name,
        initial: initial.value === 'first-batch' ? 'first-batch' : initial.number("a positive number or 'first-batch'", isPositive),
        gradientScale: gradientScale.oneOf(['numel', 'none']),
      };
    }
    default:
      json.object(['name']);
      return { name };
  }
}

function readInputThreshold(json: JsonReader): InputThresholdSpec {
  const name = json.tag(['fixed', 'learned', 'row-max']);
  if (name === 'row-max') {
    return { name, fraction: json.object(['name', 'fraction']).fraction.number('a number above 0 and below 1', x => x > 0 && x < 1) };
  }
  json.object(['name']);
  return { name };
}

function readPositive(json: JsonReader): number {
  return json.number('a positive number', isPositive);
}

function isPositive(value: number): boolean {
  return value > 0;
}
