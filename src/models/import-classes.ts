import type { WeightsSource } from '../io/index.js';
import { fieldOf } from './import-normalization.js';

/**
 * Names of an imported model's classes: `id2label` of transformers' `config.json`, or `label_names` of timm's, at the top or in
 * `pretrained_cfg`.
 *
 * @returns null where it has none; transformers writes `LABEL_0`, ... where none are known
 * @throws Error that names the file and the field when they are no names, one a class
 */
export function importedClasses({ config }: Pick<WeightsSource, 'config'>, numClasses: number): string[] | null {
  if (config === null) return null;
  const { path, value } = config;
  const byId = fieldOf(value, 'id2label');
  const [field, names] = byId !== undefined
    ? ['id2label', Array.from({ length: numClasses }, (_, id) => fieldOf(byId, String(id)))] as const
    : ['label_names', fieldOf(value, 'label_names') ?? fieldOf(fieldOf(value, 'pretrained_cfg'), 'label_names')] as const;
  if (names === undefined || names === null) return null;
  if (!Array.isArray(names) || names.length !== numClasses || !names.every(name => typeof name === 'string')) {
    throw new Error(`${path}: ${field}: expected the names of ${numClasses} classes, found ${JSON.stringify(names).slice(0, 80)}`);
  }
  return names.every((name, id) => name === `LABEL_${id}`) ? null : names;
}
