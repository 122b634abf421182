import { basename } from 'node:path';
import type { Normalization } from '../pictures/index.js';
import type { WeightsSource } from '../io/index.js';

/** How the pixels of an imported model's images are normalised, and the file that says so. */
export interface ImportedNormalization extends Normalization {
  readonly origin: string;
}

/**
 * Mean and standard deviation that the model was trained with: `image_mean` and `image_std` of `preprocessor_config.json`
 * (transformers), or `pretrained_cfg` of `config.json` (timm).
 *
 * @returns null where neither says; ImageNet's constants on weights for 0.5 and 0.5 cost points without an error
 * @throws Error that names the file and the field when they are no numbers, one a channel
 */
export function importedNormalization({ config, preprocessor }: Pick<WeightsSource, 'config' | 'preprocessor'>, inChans: number): ImportedNormalization | null {
  if (preprocessor !== null && fieldOf(preprocessor.value, 'do_normalize') === false) {
    return { mean: Array<number>(inChans).fill(0), std: Array<number>(inChans).fill(1), origin: basename(preprocessor.path) };
  }
  const timm = fieldOf(config?.value, 'pretrained_cfg');
  for (const [file, object, meanName, stdName] of [[preprocessor, preprocessor?.value, 'image_mean', 'image_std'], [config, timm, 'mean', 'std']] as const) {
    const [mean, std] = [fieldOf(object, meanName), fieldOf(object, stdName)];
    if (file === null || mean === undefined || std === undefined) continue;
    checkNumbers(mean, `${file.path}: ${meanName}`, inChans);
    checkNumbers(std, `${file.path}: ${stdName}`, inChans);
    return { mean, std, origin: basename(file.path) };
  }
  return null;
}

/** A field of a parsed JSON file; undefined where there is none. */
export function fieldOf(object: unknown, name: string): unknown {
  return (object as Readonly<Record<string, unknown>> | null | undefined)?.[name];
}

function checkNumbers(value: unknown, where: string, inChans: number): asserts value is number[] {
  if (Array.isArray(value) && value.length === inChans && value.every(item => Number.isFinite(item))) return;
  throw new Error(`${where}: expected a number for each of ${inChans} channels, found ${JSON.stringify(value)}`);
}
