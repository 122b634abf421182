import { binarizersAt, methodLabel, whereLabel, type BinarizationPlan, type Site } from '../binarize/index.js';
import { mlpHiddenDim, patchCount, tokenCount, type VitConfig } from '../models/index.js';
import { arrow, box, frame, line, text, type Mark } from './drawing.js';
import { defaultWidth, type Figure, type FigureOptions } from './figure.js';
import { count, escapeText } from './text.js';
import { templates } from './theme.js';

/** Precision of a box of the drawing: 'W1 A1', 'W1 A32', ...; null where all of it is float. */
type Precision = (sites: readonly Site[]) => string | null;

const mhsaSites = ['q', 'k', 'v', 'scores', 'probabilities', 'proj'] as const satisfies readonly Site[];
const mlpSites = ['fc1', 'fc2'] as const satisfies readonly Site[];

/**
 * The Vision Transformer as its paper draws it (Dosovitskiy et al. 2021, arXiv 2010.11929, figure 1), from the image at the bottom
 * to the classes: the model, one encoder block, its MHSA and its MLP. Every box that the plan makes binary is filled and says how
 * many bits weights (W) and activations (A) have, and in which blocks where these differ.
 */
export function architectureFigure(config: VitConfig, plan: BinarizationPlan, options: FigureOptions = {}): Figure {
  const precision = precisionOf(plan, config.depth);
  const marks = [...modelColumn(config, precision), ...blockColumn(precision), ...mhsaColumn(config, precision), ...mlpColumn(config, plan, precision)];
  const hidden = { visible: false, range: [0, 100], fixedrange: true };
  return {
    data: [],
    layout: {
      template: templates.light,
      width: options.width ?? defaultWidth,
      height: 560,
      title: { text: escapeText(options.title ?? `Where the ViT is binary: ${planLabel(plan)}`) },
      xaxis: hidden,
      yaxis: hidden,
      margin: { l: 10, r: 10, t: 44, b: 10 },
      shapes: marks.flatMap(({ shapes }) => shapes),
      annotations: marks.flatMap(({ annotations }) => annotations),
    },
    caption: `A ViT of ${count(config.depth, 'encoder block')}, dimension ${config.embedDim}, ${count(config.numHeads, 'head')}, under the plan ${planLabel(plan)}. `
      + 'Filled boxes are binary: W and A are the bits of weights and activations (of both operands, for the products of attention). '
      + 'Norms, softmax, activation and residual connections are float.',
    alternative: `Precision: ${(['patchEmbed', ...mhsaSites, ...mlpSites, 'head'] as const).map(site => `${site} ${precision([site]) ?? 'float'}`).join('; ')}. `
      + `${count(config.depth, 'block')}.`,
  };
}

/** "XNOR-Net, MLP only" for the preset "mlp/xnor-net", whose "+products" stays; any other name as it is. */
function planLabel({ name }: BinarizationPlan): string {
  const preset = /^(none|mlp|mhsa|all)(?:\/([^+/]+)(\+products)?)?$/.exec(name);
  if (preset === null) return name;
  const [, where, method, products = ''] = preset as unknown as [string, string, string | undefined, string?];
  return method === undefined ? whereLabel(where) : `${methodLabel(method)}, ${whereLabel(where)}${products}`;
}

function precisionOf(plan: BinarizationPlan, depth: number): Precision {
  const bits = (site: Site, block: number | null): string | null => {
    const { weight, input, values } = binarizersAt(plan, site, block);
    if (site === 'scores' || site === 'probabilities') return input === null && values === null ? null : 'A1';
    if (weight === null && input === null) return null;
    return `W${weight === null ? 32 : weight.threshold.name === 'dead-zone' ? 1.58 : 1} A${input === null ? 32 : 1}`;
  };
  return sites => {
    if (sites.includes('patchEmbed') || sites.includes('head')) return bits(sites[0]!, null);
    const byBlock = Array.from({ length: depth }, (_, block) => sites.map(site => bits(site, block)).find(found => found !== null) ?? null);
    const binary = byBlock.flatMap((found, block) => found === null ? [] : [block]);
    if (binary.length === 0) return null;
    const kinds = [...new Set(byBlock.filter(found => found !== null))].join(' / ');
    return binary.length === depth ? kinds : `${kinds} in ${binary.length} of ${depth}`;
  };
}

/** Left: from the image to the classes. */
function modelColumn(config: VitConfig, precision: Precision): Mark[] {
  const { imgSize, inChans, depth, numClasses, classToken } = config;
  const [x, width] = [13, 24];
  return [
    text(x, 2, `image ${imgSize} × ${imgSize} × ${inChans}`), arrow(x, 4, x, 8),
    box(x, 12, width, 8, 'patch<br>embedding', precision(['patchEmbed'])), arrow(x, 16, x, 20),
    box(x, 24, width, 8, `${classToken ? 'class token, ' : ''}positions<br>${tokenCount(config)} tokens`, null), arrow(x, 28, x, 36),
    box(x, 47, width, 22, `encoder block<br>× ${depth}`, precision([...mhsaSites, ...mlpSites])), arrow(x, 58, x, 66),
    box(x, 70, width, 8, classToken ? 'norm<br>class token' : `mean of ${patchCount(config)}<br>norm`, null), arrow(x, 74, x, 79),
    box(x, 83, width, 8, 'head', precision(['head'])), arrow(x, 87, x, 92),
    text(x, 95, `${numClasses} classes`),
    // The encoder block, enlarged to the right.
    line(25, 36, 33, 8, 'dot'), line(25, 58, 33, 92, 'dot'),
  ];
}

/** Middle: one encoder block, with its two residual connections. */
function blockColumn(precision: Precision): Mark[] {
  const [x, width] = [46, 17];
  const branch = (from: number, norm: number, part: number, sum: number, name: string, sites: readonly Site[]): Mark[] => [
    arrow(x, from, x, norm - 3), box(x, norm, width, 6, 'norm', null), arrow(x, norm + 3, x, part - 5),
    box(x, part, width, 10, name, precision(sites)), arrow(x, part + 5, x, sum - 2), text(x, sum, '⊕', 17),
    line(x, from + 2, 35.5, from + 2), line(35.5, from + 2, 35.5, sum), arrow(35.5, sum, x - 1.6, sum),
  ];
  return [
    frame(33, 8, 58, 92), text(45.5, 94.5, 'encoder block'),
    ...branch(9, 19, 31, 43, 'MHSA', mhsaSites), ...branch(45, 56, 68, 80, 'MLP', mlpSites), arrow(x, 82, x, 91),
    line(54.5, 26, 65, 2, 'dot'), line(54.5, 36, 65, 62, 'dot'), line(54.5, 63, 65, 67, 'dot'), line(54.5, 73, 65, 97, 'dot'),
  ];
}

/** Right, below: MHSA. */
function mhsaColumn({ numHeads }: VitConfig, precision: Precision): Mark[] {
  const [left, middle, right] = [71, 82, 93];
  return [
    frame(65, 2, 99, 62), text(82, 59.5, `MHSA, ${count(numHeads, 'head')}`),
    arrow(82, 3, 82, 6), line(left, 6, right, 6),
    ...([['q', left], ['k', middle], ['v', right]] as const).flatMap(([site, x]) =>
      [arrow(x, 6, x, 8.5), box(x, 13.5, 10.6, 10, site, precision([site]))]),
    arrow(left, 18.5, 74, 22), arrow(middle, 18.5, 79, 22), box(76.5, 25.5, 17, 7, 'Q Kᵀ', precision(['scores'])),
    arrow(76.5, 29, 76.5, 31.5), box(76.5, 34, 17, 5, 'softmax', null), arrow(76.5, 36.5, 79, 40),
    line(right, 18.5, right, 37), arrow(right, 37, 87, 40), box(82, 43.5, 17, 7, 'P V', precision(['probabilities'])),
    arrow(82, 47, 82, 49), box(82, 53.2, 17, 8.4, 'proj', precision(['proj'])),
  ];
}

/** Right, above: MLP. */
function mlpColumn(config: VitConfig, { activation }: BinarizationPlan, precision: Precision): Mark[] {
  const [x, width] = [82, 24];
  return [
    frame(65, 67, 99, 97), text(x, 94.7, `MLP, hidden ${mlpHiddenDim(config)}`),
    arrow(x, 68, x, 70), box(x, 73.5, width, 7, 'fc1', precision(['fc1'])), arrow(x, 77, x, 79),
    box(x, 81.5, width, 5, activation === 'gelu' ? 'GELU' : 'RPReLU', null), arrow(x, 84, x, 86), box(x, 89.3, width, 6.6, 'fc2', precision(['fc2'])),
  ];
}
