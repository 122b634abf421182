import { methodLabel, whereLabel } from '../binarize/index.js';

/** A sum over cells, Σ weight · test accuracy, taken per seed. */
export interface Comparison {
  /** What is compared, e.g. `MLP only: XNOR-Net − BNN`. */
  readonly label: string;
  /** Weight of each cell, by its name. */
  readonly terms: Readonly<Record<string, number>>;
}

/**
 * A claim that the experiment tests, with everything that decides about it. It stands here, in code, before any run is made.
 */
export interface Claim {
  /** Number in the list of claims, and its variant: `3, scaled`. */
  readonly id: string;
  /**
   * Comparisons of all claims with the same family are corrected together (Holm): the chance of any false verdict within
   * a family is below 5 %. A family answers one question.
   */
  readonly family: string;
  /** The claim in one sentence. */
  readonly sentence: string;
  /**
   * `greater`: the comparison's mean is above `margin`. `different`: it is not 0; the opposite of that, equality, holds when
   * the whole 95 % interval lies within ± `margin`.
   */
  readonly kind: 'greater' | 'different';
  /** As a fraction: 0.05 is 5 percentage points. */
  readonly margin: number;
  /** The claim holds when it holds in all of them. */
  readonly comparisons: readonly Comparison[];
}

const parts = ['mlp', 'mhsa'] as const;
const places = ['mlp', 'mhsa', 'all'] as const;

/** The grid's methods by scale and by bits of the activations. */
const variants = [
  { variant: 'scaled', words: 'With scaling factors', weightsOnly: 'bwn', both: 'xnor-net' },
  { variant: 'unscaled', words: 'Without scaling factors', weightsOnly: 'binaryconnect', both: 'bnn' },
] as const;

const scalingHelps: Claim[] = [
  { bits: 'W1A1', scaled: 'xnor-net', unscaled: 'bnn' },
  { bits: 'W1A32', scaled: 'bwn', unscaled: 'binaryconnect' },
].map(({ bits, scaled, unscaled }) => ({
  id: `1, ${bits}`,
  family: '1',
  sentence: `Scaling factors raise the accuracy at ${bits}, wherever the network is binarized.`,
  kind: 'greater',
  margin: 0,
  comparisons: places.map(where => ({
    label: `${whereLabel(where)}: ${methodLabel(scaled)} − ${methodLabel(unscaled)}`,
    terms: { [`${where}/${scaled}`]: 1, [`${where}/${unscaled}`]: -1 },
  })),
}));

/** "Greatly" is five points or more: a tenth of them would be a small effect next to the spread between methods. */
const partialBeatsFull: Claim[] = variants.flatMap(({ variant, words, weightsOnly, both }) =>
  ([
    { outcome: '', family: '3', margin: 0, how: 'more accurate' },
    { outcome: ', greatly', family: '3, greatly', margin: 0.05, how: 'more accurate by 5 points or more' },
  ] as const).map(({ outcome, family, margin, how }) => ({
    id: `3, ${variant}${outcome}`,
    family,
    sentence: `${words}, a network with only its MLP or only its MHSA binarized is ${how} than one with both.`,
    kind: 'greater' as const,
    margin,
    comparisons: [both, weightsOnly].flatMap(method => parts.map(part => ({
      label: `${methodLabel(method)}: ${whereLabel(part)} − ${whereLabel('all')}`,
      terms: { [`${part}/${method}`]: 1, [`all/${method}`]: -1 },
    }))),
  })));

/**
 * With losses L = float − arm: L(all) − L(mlp) − L(mhsa) = mlp + mhsa − all − float. No arm can fall below chance, so where a
 * part alone is near chance already the contrast says nothing about adding up; such arms are named as not converged.
 */
const superAdditivity: Claim[] = variants.map(({ variant, words, weightsOnly, both }) => ({
  id: `4, ${variant}`,
  family: '4',
  sentence: `${words}, binarizing both parts costs more than the two parts cost separately, added up.`,
  kind: 'greater',
  margin: 0,
  comparisons: [both, weightsOnly].map(method => ({
    label: `${methodLabel(method)}: loss of both − loss of MLP − loss of MHSA`,
    terms: { [`mlp/${method}`]: 1, [`mhsa/${method}`]: 1, [`all/${method}`]: -1, 'none/float': -1 },
  })),
}));

/** The order is not predicted. One point is the most that we would call equal. */
const orderOfParts: Claim[] = variants.map(({ variant, words, weightsOnly, both }) => ({
  id: `5, ${variant}`,
  family: '5',
  sentence: `${words}, it matters which part is binarized: MLP only and MHSA only differ in accuracy.`,
  kind: 'different',
  margin: 0.01,
  comparisons: [both, weightsOnly].map(method => ({
    label: `${methodLabel(method)}: ${whereLabel('mlp')} − ${whereLabel('mhsa')}`,
    terms: { [`mlp/${method}`]: 1, [`mhsa/${method}`]: -1 },
  })),
}));

/** (W1A32 − W1A1) − (W32A32 − W1A32) = 2 · W1A32 − W1A1 − W32A32. */
const activationsCostMore: Claim[] = variants.map(({ variant, words, weightsOnly, both }) => ({
  id: `6, ${variant}`,
  family: '6',
  sentence: `${words}, binarizing activations after weights (W1A32 to W1A1) costs more than binarizing weights (W32A32 to W1A32).`,
  kind: 'greater',
  margin: 0,
  comparisons: places.map(where => ({
    label: `${whereLabel(where)}: (${methodLabel(weightsOnly)} − ${methodLabel(both)}) − (float − ${methodLabel(weightsOnly)})`,
    terms: { [`${where}/${weightsOnly}`]: 2, [`${where}/${both}`]: -1, 'none/float': -1 },
  })),
}));

/**
 * What the grid is run for: 1 scaling helps, 3 a part is better than the whole, 4 the losses of the parts do not add up,
 * 5 the two parts differ, 6 activations cost more than weights. (2 and 7 of the same list need arms that the grid lacks.)
 * Claims 1 and 3 are those of the paper on 1-bit ViTs with coefficients (IEICE PRMU2022-83), which gives neither numbers
 * nor settings: margins and settings are ours.
 */
export const claims: readonly Claim[] = [
  ...scalingHelps, ...partialBeatsFull, ...superAdditivity, ...orderOfParts, ...activationsCostMore,
];
