import { methods, presetPlan, type MethodName, type Where } from '../binarize/index.js';
import { vitPresets, type VitPresetName } from '../models/index.js';
import { configHash, parseTrainConfig, type TrainConfig } from '../training/index.js';
import type { Profile } from './profiles.js';

/** One arm of the grid: which linear layers are binarized, and how. */
export interface Cell {
  readonly where: Where;
  readonly method: MethodName | 'float';
}

/** One training run of the grid. */
export interface Job {
  readonly cell: Cell;
  readonly seed: number;
  readonly config: TrainConfig;
  /** Identity of the configuration, and the name of the run's folder. */
  readonly configHash: string;
}

/** The model of the grid. */
export const gridModel = 'vit_nano' satisfies VitPresetName;

/** Data sets that fit {@link gridModel}. */
export const gridDataNames = ['mnist', 'fashion-mnist'] as const;
export type GridDataName = (typeof gridDataNames)[number];

/** Without and with scaling factors, at W1A32 (the first two) and W1A1. */
const gridMethods = ['binaryconnect', 'bwn', 'bnn', 'xnor-net'] as const satisfies readonly MethodName[];

/** The paper's two questions, where and how, as 13 cells: float, and each part or both with each method. */
export const gridCells: readonly Cell[] = [
  { where: 'none', method: 'float' },
  ...(['mlp', 'mhsa', 'all'] as const).flatMap(where => gridMethods.map(method => ({ where, method }))),
];

/** `none/float`, `mlp/xnor-net`, ... */
export function cellName({ where, method }: Cell): string {
  return `${where}/${method}`;
}

/** What a table of results says about a cell's arithmetic. */
export function cellBits({ method }: Cell): { readonly scaled: boolean; readonly weightBits: number; readonly inputBits: number } {
  if (method === 'float') return { scaled: false, weightBits: 32, inputBits: 32 };
  const { scaled, weightBits, inputBits } = methods[method];
  return { scaled, weightBits, inputBits };
}

/**
 * The run of one cell and seed. Runs of the same seed are paired: initial float weights, split and order of batches depend
 * on the seed alone.
 */
export function gridJob(cell: Cell, seed: number, learningRate: number, profile: Profile, data: GridDataName): Job {
  const { where, method } = cell;
  const config = parseTrainConfig({
    model: vitPresets[gridModel],
    plan: method === 'float' ? { name: 'none', activation: 'gelu', rules: [] } : presetPlan(where, method),
    data: { name: data, validation: profile.validation },
    learningRate,
    latentClip: method === 'float' ? null : methods[method].latentClip,
    batchSize: profile.batchSize,
    steps: profile.steps,
    seed,
    logEvery: profile.logEvery,
    statisticsEvery: profile.statisticsEvery,
    evaluateEvery: profile.evaluateEvery,
    checkpointEvery: profile.checkpointEvery,
  });
  return { cell, seed, config, configHash: configHash(config) };
}
