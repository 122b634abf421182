import * as tf from '@tensorflow/tfjs';
import type { Random } from '../backend/index.js';
import { binarizersAt, type BinarizationPlan, type Site } from '../binarize/index.js';
import {
  BinaryDense, DistilledHeads, EncoderBlock, LayerNormalization, PatchEmbedding, PositionEmbedding, PrefixToken, TokenPooling,
  type ProductBinarizers, type SiteBinding, type VitLayer,
} from '../layers/index.js';
import { mlpHiddenDim, parseVitConfig, prefixTokenCount, tokenCount, type VitConfig } from './config.js';
import { initializeVit } from './initialize.js';

/**
 * Builds a Vision Transformer (Dosovitskiy et al. 2021, arXiv 2010.11929) whose linear layers and attention products are
 * binary where the plan says so. The initial float weights depend on `random`'s seed and on the shape alone, so that arms
 * of an experiment with the same seed start from the same weights.
 *
 * @returns model from `[batch, imgSize, imgSize, inChans]` to logits `[batch, numClasses]`; shape and plan go with it as
 *   `userDefinedMetadata`, also through `save` and `loadLayersModel`
 * @throws TypeError when `config` is not valid
 */
export function buildVit(config: VitConfig, plan: BinarizationPlan, random: Random): tf.LayersModel {
  const model = assembleVit(config, plan);
  initializeVit(model, random);
  return model;
}

/**
 * The model of {@link buildVit} before its weights are drawn: matrices, tokens and positions are zeros, for whoever sets them all.
 *
 * @throws TypeError when `config` is not valid
 */
export function assembleVit(config: VitConfig, plan: BinarizationPlan): tf.LayersModel {
  const { imgSize, inChans } = parseVitConfig(config);
  const input = tf.input({ shape: [imgSize, imgSize, inChans], name: 'images' });
  let output = input;
  for (const layer of vitLayers(config, plan)) output = layer.apply(output) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: output, name: 'vit' });
  model.setUserDefinedMetadata({ config, plan });
  return model;
}

function vitLayers(config: VitConfig, plan: BinarizationPlan): VitLayer[] {
  const { imgSize, patchSize, inChans, numClasses, embedDim: dim, globalPool, classToken, distillation, layerNormEps: epsilon } = config;
  const tokens = tokenCount(config);
  const pool = (): TokenPooling => new TokenPooling({ name: 'pool', pool: globalPool, prefixTokens: prefixTokenCount(config), dim });
  const norm = new LayerNormalization({ name: globalPool === 'avg' ? 'fc_norm' : 'norm', dim, epsilon });
  const head = binding(plan, 'head', null);
  const readOut = distillation === 'heads'
    ? [norm, new DistilledHeads({ name: 'heads', dim, numClasses, head })]
    : [
        // timm's order: a mean over tokens is normalised after it is taken.
        ...(globalPool === 'avg' ? [pool(), norm] : [norm, pool()]),
        new BinaryDense({ name: 'head', inputDim: dim, units: numClasses, useBias: true, sites: [head] }),
      ];
  return [
    new PatchEmbedding({ name: 'patch_embed', imgSize, patchSize, inChans, dim, proj: binding(plan, 'patchEmbed', null) }),
    ...(distillation === undefined ? [] : [new PrefixToken({ name: 'dist_token', tokens: tokens - 1, dim })]),
    ...(classToken ? [new PrefixToken({ name: 'cls_token', tokens, dim })] : []),
    new PositionEmbedding({ name: 'pos_embed', tokens, dim }),
    ...Array.from({ length: config.depth }, (_, block) => encoderBlock(config, plan, block)),
    ...readOut,
  ];
}

function encoderBlock(config: VitConfig, plan: BinarizationPlan, block: number): EncoderBlock {
  const at = (site: Site): SiteBinding => binding(plan, site, block);
  return new EncoderBlock({
    name: `blocks.${block}`,
    dim: config.embedDim,
    tokens: tokenCount(config),
    numHeads: config.numHeads,
    hiddenDim: mlpHiddenDim(config),
    qkvBias: config.qkvBias,
    dropPath: config.depth === 1 ? config.dropPath : (config.dropPath * block) / (config.depth - 1),
    layerNormEps: config.layerNormEps,
    activation: plan.activation,
    qkv: [at('q'), at('k'), at('v')],
    products: productBinarizers(plan, block),
    proj: at('proj'),
    fc1: at('fc1'),
    fc2: at('fc2'),
  });
}

function binding(plan: BinarizationPlan, site: Site, block: number | null): SiteBinding {
  const { weight, input } = binarizersAt(plan, site, block);
  return { site, weight, input };
}

function productBinarizers(plan: BinarizationPlan, block: number): ProductBinarizers | null {
  const scores = binarizersAt(plan, 'scores', block).input;
  const { input: probabilities, values } = binarizersAt(plan, 'probabilities', block);
  return scores === null && probabilities === null && values === null ? null : { scores, probabilities, values };
}
