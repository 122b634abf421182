import type { VitConfig } from './config.js';
import type { ImportedConfig } from './import-config.js';
import type { WeightNaming } from './import-names.js';
import type { ImportedNormalization } from './import-normalization.js';
import type { ImportedResize } from './import-preprocessing.js';
import type { ModelUse } from '../pictures/index.js';

/** What became of a parameter or of a tensor of the file. */
export interface ImportedTensor {
  /** `used`: a parameter that comes from the file; `created`: one that does not; `dropped`: a tensor that no parameter takes. */
  readonly action: 'used' | 'created' | 'dropped';
  /** The parameter; null for a dropped tensor. */
  readonly parameter: string | null;
  /** Names in the file. */
  readonly sources: readonly string[];
  /** What was done or why; may be empty for a used one. */
  readonly note: string;
}

/** How a model was made from a file: every parameter and every tensor of the file is in it. */
export interface ImportReport {
  readonly files: readonly string[];
  readonly naming: WeightNaming;
  readonly config: VitConfig;
  /** Where the fields that no shape tells come from. */
  readonly origins: ImportedConfig['origins'];
  /** Of the images; null where no file says. */
  readonly normalization: ImportedNormalization | null;
  /** How pictures are brought to the model's size; null where no file says. */
  readonly resize: ImportedResize | null;
  /** Names of the classes; null where no file has them, or the head is another one. */
  readonly classes: readonly string[] | null;
  /** Prefixes that were taken off names, and from how many. */
  readonly prefixes: Readonly<Record<string, number>>;
  readonly tensors: readonly ImportedTensor[];
}

/** What the files say of the use of the model: nothing of pictures unless they say all of it. */
export function importedUse({ normalization, resize, classes }: ImportReport): ModelUse {
  if (normalization === null || resize === null) return { preprocessing: null, classes };
  const { mean, std } = normalization;
  return { preprocessing: { resize: resize.resize, interpolation: resize.interpolation, crop: resize.crop, normalization: { mean, std } }, classes };
}

/**
 * The report as text: files, names, configuration, then every parameter and what it comes from.
 *
 * @returns lines joined by newlines, without one at the end
 */
export function formatImport({ files, naming, config, origins, normalization, resize, prefixes, tensors }: ImportReport): string {
  const count = (action: ImportedTensor['action']): number => tensors.filter(tensor => tensor.action === action).length;
  const width = Math.max(...tensors.map(({ parameter }) => parameter?.length ?? 0));
  return [
    `files: ${files.join(', ')}`,
    `names: ${naming}${Object.entries(prefixes).map(([prefix, names]) => `; prefix ${prefix} taken off ${names} names`).join('')}`,
    `model: ${Object.entries(config).map(([field, value]) => `${field} ${String(value)}`).join(', ')}`,
    `not in the shapes: ${Object.entries(origins).map(([field, origin]) => `${field} ${String(config[field as keyof typeof origins])} (${origin})`).join(', ')}`,
    `images: ${normalization === null
      ? 'no file says how they are normalised (DeiT: mean and standard deviation of ImageNet; ViT of AugReg and Hugging Face: 0.5 and 0.5)'
      : `mean ${normalization.mean.join(' ')}, standard deviation ${normalization.std.join(' ')} (${normalization.origin})`}`,
    `pictures: ${resize === null ? 'no file says how they are resized' : `${describeResize(resize)} (${resize.origin})`}`,
    '',
    ...tensors.map(({ action, parameter, sources, note }) =>
      [action.padEnd('created'.length), (parameter ?? '').padEnd(width), [sources.join(' + '), note].filter(Boolean).join(': ')].join('  ').trimEnd()),
    '',
    `${count('used')} parameters from the file, ${count('created')} created, ${count('dropped')} tensors dropped`,
  ].join('\n');
}

function describeResize({ resize, interpolation, crop }: ImportedResize): string {
  const to = typeof resize === 'number' ? `shorter side to ${resize} pixels` : `to ${resize.height} x ${resize.width} pixels`;
  return `${to}, ${interpolation}, then the centre of ${crop.height} x ${crop.width}`;
}
