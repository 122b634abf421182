import type { VitConfig } from './config.js';
import type { TimmTensor } from './import-names.js';

/** What the tensors' shapes say of a model; `numClasses` is null where the file has no head. */
export interface ShapeConfig extends Omit<VitConfig, 'numClasses' | 'numHeads' | 'globalPool' | 'dropPath' | 'layerNormEps'> {
  readonly numClasses: number | null;
}

/**
 * Reads a model's configuration off its tensors, in timm's names and orientation. Not in the shapes are the number of heads,
 * the pooling and the epsilon of the norms.
 *
 * @param path named in errors
 * @throws Error that names the tensor whose shape is needed and that is missing or has another rank
 */
export function configFromShapes(tensors: ReadonlyMap<string, TimmTensor>, path: string): ShapeConfig {
  const patchShape = shapeOf(tensors, 'patch_embed.proj.weight', ['out', 'channel', 'row', 'column'], path);
  const [embedDim, inChans, patchSize, width] = patchShape as [number, number, number, number];
  if (patchSize !== width) throw new Error(`${path}: tensor patch_embed.proj.weight: expected square patches, found ${patchSize} x ${width}`);
  const [hidden] = shapeOf(tensors, 'blocks.0.mlp.fc1.weight', ['out', 'in'], path);
  const classToken = tensors.has('cls_token');
  const distillation = tensors.has('dist_token') ? (tensors.has('head_dist.weight') ? 'heads' : 'token') : null;
  const prefixTokens = Number(classToken) + Number(distillation !== null);
  return {
    imgSize: patchSize * gridOf(tensors, prefixTokens, path),
    patchSize, inChans, embedDim,
    numClasses: tensors.has('head.weight') ? shapeOf(tensors, 'head.weight', ['out', 'in'], path)[0]! : null,
    depth: depthOf(tensors, path),
    mlpRatio: hidden! / embedDim,
    qkvBias: [...tensors.keys()].some(name => name.endsWith('.attn.qkv.bias')),
    classToken,
    ...(distillation === null ? {} : { distillation }),
  };
}

function shapeOf(tensors: ReadonlyMap<string, TimmTensor>, name: string, axes: readonly string[], path: string): readonly number[] {
  const shape = tensors.get(name)?.shape;
  if (shape?.length === axes.length && !shape.includes(0)) return shape;
  throw new Error(`${path}: expected a tensor ${name} of shape [${axes.join(', ')}], found ${shape === undefined ? 'none of that name' : `[${shape.join(', ')}]`}`);
}

/** Number of blocks, which must be those from 0 on: no more than the file has tensors for. */
function depthOf(tensors: ReadonlyMap<string, TimmTensor>, path: string): number {
  const blocks = new Set([...tensors.keys()].flatMap(name => /^blocks\.(\d+)\./.exec(name)?.[1] ?? []));
  const stray = [...blocks].find(block => String(Number(block)) !== block || Number(block) >= blocks.size);
  if (stray === undefined) return blocks.size;
  throw new Error(`${path}: expected the blocks 0 to ${blocks.size - 1}, as many as there are, found tensors of blocks.${stray}`);
}

/** Side of the square of patches that the positions are for. */
function gridOf(tensors: ReadonlyMap<string, TimmTensor>, prefixTokens: number, path: string): number {
  const [, positions] = shapeOf(tensors, 'pos_embed', ['1', 'tokens', 'dim'], path) as [number, number, number];
  const side = Math.sqrt(positions - prefixTokens);
  if (Number.isInteger(side) && side > 0) return side;
  throw new Error(`${path}: tensor pos_embed: expected positions of ${prefixTokens} prefix tokens (cls_token, dist_token) and a square of patches, `
    + `found ${positions}`);
}
