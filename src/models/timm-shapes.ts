import { mlpHiddenDim, tokenCount, type VitConfig } from './config.js';

type NamedShape = readonly [name: string, shape: readonly number[]];

/**
 * The tensors of a float ViT as timm saves them: linear weights are `[out, in]`, the patch projection is a convolution,
 * `[out, channel, row, column]`.
 *
 * @returns shapes by name, in the order of computation
 */
export function timmShapes(config: VitConfig): ReadonlyMap<string, readonly number[]> {
  const { embedDim: dim, patchSize, inChans, numClasses, classToken, distillation } = config;
  return new Map<string, readonly number[]>([
    ['patch_embed.proj.weight', [dim, inChans, patchSize, patchSize]],
    ['patch_embed.proj.bias', [dim]],
    ...tokens('cls_token', classToken ? 1 : 0, dim),
    ...tokens('dist_token', distillation === undefined ? 0 : 1, dim),
    ...tokens('pos_embed', tokenCount(config), dim),
    ...Array.from({ length: config.depth }, (_, block) => blockShapes(config, `blocks.${block}`)).flat(),
    ...norm(config.globalPool === 'avg' ? 'fc_norm' : 'norm', dim),
    ...linear('head', numClasses, dim),
    ...(distillation === 'heads' ? linear('head_dist', numClasses, dim) : []),
  ]);
}

function blockShapes(config: VitConfig, block: string): NamedShape[] {
  const { embedDim: dim, qkvBias } = config;
  const hidden = mlpHiddenDim(config);
  return [
    ...norm(`${block}.norm1`, dim), ...linear(`${block}.attn.qkv`, 3 * dim, dim, qkvBias), ...linear(`${block}.attn.proj`, dim, dim),
    ...norm(`${block}.norm2`, dim), ...linear(`${block}.mlp.fc1`, hidden, dim), ...linear(`${block}.mlp.fc2`, dim, hidden),
  ];
}

function linear(name: string, outputs: number, inputs: number, bias = true): NamedShape[] {
  return [[`${name}.weight`, [outputs, inputs]], ...(bias ? [[`${name}.bias`, [outputs]] as const] : [])];
}

function norm(name: string, dim: number): NamedShape[] {
  return [[`${name}.weight`, [dim]], [`${name}.bias`, [dim]]];
}

function tokens(name: string, count: number, dim: number): NamedShape[] {
  return count === 0 ? [] : [[name, [1, count, dim]]];
}
