import type { VitConfig } from './config.js';

/** A `config.json` of timm or transformers, with the path that errors name. */
interface ForeignConfig {
  readonly path: string;
  readonly value: unknown;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * What the `config.json` of timm or of transformers says of a model; what it leaves out is left out.
 *
 * @throws Error that names the file and the field: it is of neither library, or asks for what the model cannot represent
 */
export function readForeignConfig(config: ForeignConfig): Partial<VitConfig> {
  const value = objectAt(config, config.value, 'config');
  if (typeof value.architecture === 'string') return timmConfig(config, value);
  if (typeof value.model_type === 'string') return huggingFaceConfig(config, value);
  throw new Error(`${config.path}: expected a configuration of timm ("architecture") or Hugging Face ("model_type"), found neither; `
    + 'give the path of the weights in a folder without it');
}

/** Arguments that change what happens in training alone, or nothing at all. */
const harmless = /^(?:\w*drop_rate|drop_path_rate|weight_init|dynamic_img_size|dynamic_img_pad|strict_img_size)$/;

/** timm's `vit_*` and `deit_*` whose further arguments are the defaults of `VisionTransformer`, with their heads. */
const plainArchitecture = /^(?:vit|deit)_(tiny|small|base|large|huge)(?:_distilled)?_patch\d+_\d+(?:_\w*)?$/;
const headsOfSize: Readonly<Record<string, number>> = { tiny: 3, small: 6, base: 12, large: 16, huge: 16 };

/** timm: `architecture` has defaults, which `model_args` change. The norms' epsilon is not in it. */
function timmConfig(config: ForeignConfig, value: Json): Partial<VitConfig> {
  const size = plainArchitecture.exec(value.architecture as string)?.[1];
  if (size === undefined) {
    throw new Error(`${config.path}: architecture: expected a plain one such as vit_base_patch16_224 or deit_small_distilled_patch16_224, `
      + `found ${JSON.stringify(value.architecture)}, which the model cannot represent`);
  }
  const args = value.model_args === undefined ? {} : objectAt(config, value.model_args, 'model_args');
  const known = ['img_size', 'patch_size', 'in_chans', 'num_classes', 'embed_dim', 'depth', 'num_heads', 'mlp_ratio', 'qkv_bias', 'class_token', 'global_pool'];
  const unknown = Object.keys(args).find(key => !known.includes(key) && !harmless.test(key));
  if (unknown !== undefined) {
    throw new Error(`${config.path}: model_args.${unknown}: expected only ${known.join(', ')}, found one that may change what the model computes`);
  }
  return stated({
    imgSize: squareSide(config, args.img_size, 'model_args.img_size'),
    patchSize: squareSide(config, args.patch_size, 'model_args.patch_size'),
    inChans: args.in_chans,
    numClasses: args.num_classes ?? value.num_classes,
    embedDim: args.embed_dim,
    depth: args.depth,
    numHeads: args.num_heads ?? headsOfSize[size],
    mlpRatio: args.mlp_ratio,
    qkvBias: args.qkv_bias,
    classToken: args.class_token,
    globalPool: args.global_pool ?? value.global_pool,
  });
}

/** transformers: `ViTConfig` or `DeiTConfig`. */
function huggingFaceConfig(config: ForeignConfig, value: Json): Partial<VitConfig> {
  if (value.model_type !== 'vit' && value.model_type !== 'deit') {
    throw new Error(`${config.path}: model_type: expected "vit" or "deit", found ${JSON.stringify(value.model_type)}, which the model cannot represent`);
  }
  // The exact GELU is the default of both.
  if ((value.hidden_act ?? 'gelu') !== 'gelu') {
    throw new Error(`${config.path}: hidden_act: expected "gelu", the exact one, found ${JSON.stringify(value.hidden_act)}, which the model cannot represent`);
  }
  const { hidden_size: width, intermediate_size: hidden } = value;
  const labels = value.id2label === undefined ? value.num_labels : Object.keys(objectAt(config, value.id2label, 'id2label')).length;
  return stated({
    imgSize: squareSide(config, value.image_size, 'image_size'),
    patchSize: squareSide(config, value.patch_size, 'patch_size'),
    inChans: value.num_channels,
    numClasses: labels,
    embedDim: width,
    depth: value.num_hidden_layers,
    numHeads: value.num_attention_heads,
    mlpRatio: typeof width === 'number' && typeof hidden === 'number' ? hidden / width : undefined,
    qkvBias: value.qkv_bias,
    layerNormEps: value.layer_norm_eps,
  });
}

function objectAt({ path }: ForeignConfig, value: unknown, field: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new Error(`${path}: ${field}: expected an object, found ${JSON.stringify(value)}`);
}

/** A size that may be written as [height, width]. */
function squareSide({ path }: ForeignConfig, value: unknown, field: string): unknown {
  if (!Array.isArray(value)) return value;
  const [height, width] = value as unknown[];
  if (value.length === 2 && height === width) return height;
  throw new Error(`${path}: ${field}: expected a square, found ${JSON.stringify(value)}, which the model cannot represent`);
}

/** The fields that are there; their types are checked with the whole configuration. */
function stated(fields: Readonly<Partial<Record<keyof VitConfig, unknown>>>): Partial<VitConfig> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
}
