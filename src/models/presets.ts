import type { VitConfig } from './config.js';

/** What the ImageNet models have in common: 224 pixels, patches of 16, a class token, 64 channels a head. */
const imageNet = {
  imgSize: 224,
  patchSize: 16,
  inChans: 3,
  numClasses: 1000,
  depth: 12,
  mlpRatio: 4,
  qkvBias: true,
  classToken: true,
  globalPool: 'token',
  dropPath: 0,
  layerNormEps: 1e-6,
} as const;

export type VitPresetName = 'vit_nano' | 'deit_tiny' | 'deit_small' | 'deit_base' | 'vit_base';

/** Named models; `{ ...vitPresets.vit_nano, depth: 6 }` makes a variant. */
export const vitPresets: Readonly<Record<VitPresetName, VitConfig>> = {
  /** MNIST and Fashion-MNIST: 16 tokens of width 64, mean pooling. */
  vit_nano: {
    imgSize: 28,
    patchSize: 7,
    inChans: 1,
    numClasses: 10,
    embedDim: 64,
    depth: 4,
    numHeads: 4,
    mlpRatio: 2,
    qkvBias: true,
    classToken: false,
    globalPool: 'avg',
    dropPath: 0,
    layerNormEps: 1e-6,
  },
  /** DeiT, arXiv 2012.12877, table 1, without the distillation token. */
  deit_tiny: { ...imageNet, embedDim: 192, numHeads: 3 },
  deit_small: { ...imageNet, embedDim: 384, numHeads: 6 },
  deit_base: { ...imageNet, embedDim: 768, numHeads: 12 },
  /** ViT-B/16, arXiv 2010.11929, table 1: the shape of `deit_base`. */
  vit_base: { ...imageNet, embedDim: 768, numHeads: 12 },
};
