import { toFloat32, type SafetensorsTensor, type WeightsSource } from '../io/index.js';

/** Who named the tensors of a file: timm, or transformers before and since its version 5. */
export type WeightNaming = 'timm' | 'Hugging Face (version 4)' | 'Hugging Face (version 5)';

/** A tensor under timm's name, in timm's orientation (linear weights `[out, in]`). */
export interface TimmTensor {
  /** Names in the file; three where q, k and v were joined. */
  readonly sources: readonly string[];
  readonly shape: readonly number[];
  readonly values: Float32Array;
  /** What was done to it, in words; empty for nothing. */
  readonly note: string;
}

/** The tensors of a file in timm's terms. */
export interface TimmTensors {
  readonly naming: WeightNaming;
  /** By timm's name, 'blocks.0.attn.qkv.weight'. */
  readonly tensors: ReadonlyMap<string, TimmTensor>;
  /** Prefixes that were taken off, and from how many names. */
  readonly prefixes: ReadonlyMap<string, number>;
  readonly dropped: readonly { readonly name: string; readonly reason: string }[];
}

/** Wrappers of PyTorch (`DataParallel`, `compile`, `state_dict`) and names of the backbone within a larger model. */
const prefix = /^(?:(?:module|_orig_mod|state_dict|model|backbone|vit|deit)\.)+/;

const namings: readonly (readonly [WeightNaming, RegExp])[] = [
  ['timm', /^blocks\.\d+\./],
  ['Hugging Face (version 4)', /^encoder\.layer\.\d+\./],
  ['Hugging Face (version 5)', /^layers\.\d+\./],
];

/** Beginnings of the names of `ViTForImageClassification` and `DeiTForImageClassification(WithTeacher)`, and timm's for them. */
const huggingFace: readonly (readonly [RegExp, string])[] = [
  [/^embeddings\.cls_token$/, 'cls_token'],
  [/^embeddings\.distillation_token$/, 'dist_token'],
  [/^embeddings\.position_embeddings$/, 'pos_embed'],
  [/^embeddings\.patch_embeddings\.projection\./, 'patch_embed.proj.'],
  [/^(?:encoder\.layer|layers)\.(\d+)\.layernorm_before\./, 'blocks.$1.norm1.'],
  [/^encoder\.layer\.(\d+)\.attention\.attention\.(q|k|v)(?:uery|ey|alue)\./, 'blocks.$1.attn.$2.'],
  [/^layers\.(\d+)\.attention\.(q|k|v)_proj\./, 'blocks.$1.attn.$2.'],
  [/^encoder\.layer\.(\d+)\.attention\.output\.dense\./, 'blocks.$1.attn.proj.'],
  [/^layers\.(\d+)\.attention\.o_proj\./, 'blocks.$1.attn.proj.'],
  [/^(?:encoder\.layer|layers)\.(\d+)\.layernorm_after\./, 'blocks.$1.norm2.'],
  [/^encoder\.layer\.(\d+)\.intermediate\.dense\./, 'blocks.$1.mlp.fc1.'],
  [/^encoder\.layer\.(\d+)\.output\.dense\./, 'blocks.$1.mlp.fc2.'],
  [/^layers\.(\d+)\.mlp\.(fc1|fc2)\./, 'blocks.$1.mlp.$2.'],
  [/^layernorm\./, 'norm.'],
  [/^(?:cls_)?classifier\./, 'head.'],
  [/^distillation_classifier\./, 'head_dist.'],
];

/** What classification does not compute with. */
const unneeded: readonly (readonly [RegExp, string])[] = [
  [/^pooler\./, 'the pooler, which no classifier reads'],
  [/^(?:embeddings\.)?mask_token$/, 'the mask token, which only pre-training puts in'],
];

/** Every name of a plain ViT or DeiT; q, k and v may still be apart. */
const plain = new RegExp('^(?:cls_token|dist_token|pos_embed|'
  + '(?:patch_embed\\.proj|blocks\\.\\d+\\.(?:norm1|attn\\.(?:qkv|q|k|v|proj)|norm2|mlp\\.fc1|mlp\\.fc2)|norm|fc_norm|head|head_dist)\\.(?:weight|bias))$');

/** What other ViTs have and this one has not. */
const unsupported: readonly (readonly [RegExp, string])[] = [
  [/\.(?:ls\d|gamma_\d|lambda_?\d|layer_scale\d?)(?:\.|$)/, 'LayerScale'],
  [/(?:^|\.)reg(?:ister)?_tokens?$/, 'register tokens'],
  [/\.(?:q|k)_norm\./, 'normalised queries and keys'],
  [/^(?:norm_pre|pre_layrnorm)\./, 'a norm before the blocks'],
  [/rel(?:ative)?_pos/, 'relative positions'],
  [/^attn_pool\./, 'attention pooling'],
  [/^pre_logits\./, 'a layer before the head'],
  [/^decoder\./, 'a decoder'],
];

/**
 * Puts the tensors of a timm or Hugging Face ViT under timm's names and widens them to float32. Prefixes are taken off, q, k
 * and v are joined, and what classification does not compute with is dropped.
 *
 * @throws Error that names the file and the tensors: names of neither library, tensors that a plain ViT does not have, two
 *   tensors for one place, q without k or v, or numbers that are no floats of at most 32 bits
 */
export function timmTensors({ path, tensors: found }: Pick<WeightsSource, 'path' | 'tensors'>): TimmTensors {
  const prefixes = new Map<string, number>();
  const bare = new Map([...found.keys()].map(name => {
    const start = prefix.exec(name)?.[0] ?? '';
    if (start !== '') prefixes.set(start, (prefixes.get(start) ?? 0) + 1);
    return [name, name.slice(start.length)] as const;
  }));
  const naming = namingOf([...bare.values()], path);
  const dropped = [...bare].flatMap(([name, rest]) => {
    const reason = unneeded.find(([pattern]) => pattern.test(rest))?.[1];
    return reason === undefined ? [] : [{ name, reason }];
  });
  for (const { name } of dropped) bare.delete(name);

  const sources = new Map<string, string>();
  for (const [name, rest] of bare) {
    const renamed = naming === 'timm' ? rest : timmName(rest);
    const other = sources.get(renamed);
    if (other !== undefined) throw new Error(`${path}: expected one tensor for ${renamed}, found both ${other} and ${name}`);
    sources.set(renamed, name);
  }
  refuseUnsupported(sources, path);
  const renamed = new Map([...sources].map(([name, source]) => [name, timmTensor(source, found.get(source)!, path)]));
  return { naming, tensors: joinQkv(renamed, path), prefixes, dropped };
}

function namingOf(names: readonly string[], path: string): WeightNaming {
  const naming = namings.find(([, pattern]) => names.some(name => pattern.test(name)))?.[0];
  if (naming !== undefined) return naming;
  throw new Error(`${path}: expected encoder blocks in the names of timm (blocks.0.norm1.weight) or Hugging Face `
    + `(vit.encoder.layer.0.layernorm_before.weight, vit.layers.0.layernorm_before.weight), found ${listed(names)}`);
}

function timmName(name: string): string {
  const rule = huggingFace.find(([pattern]) => pattern.test(name));
  return rule === undefined ? name : name.replace(...rule);
}

function refuseUnsupported(sources: ReadonlyMap<string, string>, path: string): void {
  const kinds = new Map<string, string[]>();
  for (const [name, source] of sources) {
    if (plain.test(name)) continue;
    const kind = unsupported.find(([pattern]) => pattern.test(name))?.[1] ?? 'unknown';
    kinds.set(kind, [...kinds.get(kind) ?? [], source]);
  }
  if (kinds.size === 0) return;
  const text = [...kinds].map(([kind, names]) => `${names.join(', ')} (${kind})`).join('; ');
  throw new Error(`${path}: expected the tensors of a plain ViT or DeiT alone, found ${text}, which the model cannot represent`);
}

function timmTensor(source: string, tensor: SafetensorsTensor, path: string): TimmTensor {
  const { dtype, shape } = tensor;
  if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16') {
    throw new Error(`${path}: tensor ${source}: expected F32, F16 or BF16, found ${dtype}: convert it first`);
  }
  return { sources: [source], shape, values: toFloat32(tensor), note: dtype === 'F32' ? '' : `widened from ${dtype}` };
}

/** Rows of q, k and v below each other, as timm has them. */
function joinQkv(tensors: ReadonlyMap<string, TimmTensor>, path: string): Map<string, TimmTensor> {
  const joined = new Map<string, TimmTensor>();
  for (const [name, tensor] of tensors) {
    const [, start, end] = /^(.*\.attn\.)[qkv](\.\w+)$/.exec(name) ?? [];
    if (start === undefined || end === undefined) {
      joined.set(name, tensor);
    } else if (!joined.has(`${start}qkv${end}`)) {
      joined.set(`${start}qkv${end}`, joinedParts(['q', 'k', 'v'].map(part => [`${start}${part}${end}`, tensors.get(`${start}${part}${end}`)]), path));
    }
  }
  return joined;
}

function joinedParts(parts: readonly (readonly [name: string, tensor: TimmTensor | undefined])[], path: string): TimmTensor {
  const found = parts.flatMap(([, tensor]) => tensor ?? []);
  const missing = parts.filter(([, tensor]) => tensor === undefined).map(([name]) => name);
  const sources = found.flatMap(tensor => tensor.sources);
  if (missing.length > 0) throw new Error(`${path}: expected q, k and v together, found ${sources.join(', ')} without ${missing.join(', ')}`);
  const [first] = found as [TimmTensor];
  const other = found.find(({ shape }) => shape.join() !== first.shape.join());
  if (other !== undefined) {
    throw new Error(`${path}: tensor ${other.sources[0]!}: expected the shape of ${sources[0]!}, [${first.shape.join(', ')}], found [${other.shape.join(', ')}]`);
  }
  const size = first.values.length;
  const values = new Float32Array(3 * size);
  found.forEach((tensor, part) => { values.set(tensor.values, part * size); });
  return { sources, shape: [3 * first.shape[0]!, ...first.shape.slice(1)], values, note: ['q, k and v joined', first.note].filter(Boolean).join(', ') };
}

/** The first few of many names. */
function listed(names: readonly string[]): string {
  if (names.length === 0) return 'no tensors';
  return names.slice(0, 4).join(', ') + (names.length > 4 ? ` and ${names.length - 4} more` : '');
}
