import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  costTable, costTotal, headScales, scaleFits, spectrumTable, weightTable, type ActivationRow, type AttentionRow, type Contributions, type Sensitivity, type SignDynamics,
  type SimilarityMatrix,
} from '../../src/analysis/index.js';
import { methodLabel, presetPlan, whereLabel, type MethodName, type Where } from '../../src/binarize/index.js';
import { interactionOf, judgeClaims, meanEstimate, readGrid } from '../../src/experiments/index.js';
import {
  accuracyFigure, activationBalanceFigure, activationsFigure, architectureFigure, attentionFigure, attentionMapsFigure, contributionsFigure, costFigure,
  curvesFigure, differencesFigure, estimatorsFigure, flipsFigure, headScalesFigure, interactionFigure, lossSurfaceFigure, oscillationFigure, paretoFigure,
  saturationHistoryFigure, scaleHistoryFigure, scaleOptimumFigure, scalesFigure, sensitivityFigure, signBalanceFigure, similarityFigure, spectraFigure,
  weightsFigure, type DrawnImage, type Figure, type ModelMaps, type NamedSurface,
} from '../../src/figures/index.js';
import { binaryLayers, vitPresets } from '../../src/models/index.js';
import { loadModel, readRun } from '../../src/training/index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const results = join(root, 'data/runs/full-mnist');

/** What `scripts/gallery-data.mjs` measured. */
interface Measured {
  readonly activations: readonly { readonly label: string; readonly rows: readonly ActivationRow[] }[];
  readonly attention: readonly AttentionRow[];
  readonly maps: { readonly images: readonly DrawnImage[]; readonly models: readonly ModelMaps[] };
  readonly contributions: Contributions;
  readonly sensitivity: Sensitivity;
  readonly similarity: SimilarityMatrix;
  readonly surfaces: readonly NamedSurface[];
  readonly signs: readonly SignDynamics[];
}

/** Every figure of the package, over the runs that come with it. Weights are read on the cpu backend, so that all machines draw the same. */
export async function galleryFigures(): Promise<Record<string, Figure>> {
  const measured = JSON.parse(readFileSync(join(root, 'docs/gallery/measured.json'), 'utf8')) as Measured;
  return { ...resultFigures(), ...await weightFigures(), ...measuredFigures(measured) };
}

function resultFigures(): Record<string, Figure> {
  const { rows, record: { seeds } } = readGrid(results);
  const cells = [...new Set(rows.map(({ cell }) => cell))].map(cell => {
    const members = rows.filter(row => row.cell === cell);
    const values = members.flatMap(({ testAccuracy }) => testAccuracy === null ? [] : [testAccuracy]);
    const { where, method } = members[0]!;
    const { mean, interval } = meanEstimate(values);
    return { cell, where, method, values, mean: mean!, interval, cost: costTable(vitPresets.vit_nano, planOf(where, method)), runs: members };
  });
  const bars = cells.filter(({ cell }) => ['none/float', 'mlp/xnor-net', 'mhsa/xnor-net', 'all/bwn', 'all/xnor-net'].includes(cell));
  return {
    accuracy: accuracyFigure(cells),
    differences: differencesFigure(judgeClaims(rows, seeds).filter(({ claim }) => claim.family === '1').flatMap(({ comparisons }) =>
      comparisons.flatMap(comparison => comparison.mean === null ? [] : [{ ...comparison, mean: comparison.mean }]))),
    interaction: interactionFigure(['binaryconnect', 'bwn', 'bnn', 'xnor-net'].map(method => interactionOf(rows, method))),
    pareto: paretoFigure(cells.map(({ cost, ...cell }) => ({ ...cell, sizeBytes: costTotal(cost).sizeBytes, ops: costTotal(cost).ops }))),
    cost: costFigure(bars.map(({ where, method, cost }) => ({ label: method === 'float' ? 'float' : `${methodLabel(method)}, ${whereLabel(where)}`, rows: cost }))),
    curves: curvesFigure(cells.filter(({ method }) => ['float', 'bnn', 'xnor-net'].includes(method)).map(({ where, method, runs }) => {
      const records = runs.map(({ dir }) => readRun(join(results, dir)).metrics);
      return {
        where, method,
        loss: records.map(metrics => metrics.filter(row => row.kind === 'step')).map(steps => ({ steps: steps.map(row => row.step), values: steps.map(row => row.loss) })),
        accuracy: records.map(metrics => metrics.filter(row => row.kind === 'evaluation').filter(row => row.split === 'validation'))
          .map(found => ({ steps: found.map(row => row.step), values: found.map(row => row.accuracy) })),
      };
    })),
    architecture: architectureFigure(vitPresets.vit_nano, presetPlan('mlp', 'xnor-net')),
    estimators: estimatorsFigure([
      { label: 'clipped', estimator: { name: 'clipped' } }, { label: 'approx-sign', estimator: { name: 'approx-sign' } },
      { label: 'EDE, half way', estimator: { name: 'ede', tMin: 0.1, tMax: 10 }, progress: 0.5 },
    ]),
  };
}

const planOf = (where: Where, method: MethodName | 'float'): ReturnType<typeof presetPlan> => presetPlan(where, method === 'float' ? 'xnor-net' : method);

async function weightFigures(): Promise<Record<string, Figure>> {
  const { rows } = readGrid(results);
  const dirOf = (cell: string): string => join(results, rows.find(row => row.cell === cell && row.seed === 1)!.dir);
  const [scaled, unscaled, weightsOnly] = ['all/xnor-net', 'all/bnn', 'all/bwn'].map(cell => loadModel(dirOf(cell))) as [Model, Model, Model];
  const history = (cell: string): ReturnType<typeof layersRows> => layersRows(dirOf(cell));
  const figures = {
    weights: weightsFigure({
      where: 'all', method: 'xnor-net', layers: binaryLayers(scaled).map(layer => ({ layer: layer.name, latent: layer.latent().dataSync(), scales: layer.scale().dataSync() })),
    }),
    scales: scalesFigure([['xnor-net', scaled], ['bwn', weightsOnly]].flatMap(([method, model]) =>
      scaleFits(model as Model).map(({ name, scales }) => ({ where: 'all', method: method as string, layer: name, scales })))),
    'scale-optimum': scaleOptimumFigure([{ where: 'all', method: 'bnn', layers: scaleFits(unscaled) }, { where: 'all', method: 'xnor-net', layers: scaleFits(scaled) }]),
    'head-scales': headScalesFigure(headScales(scaled)),
    'scale-history': scaleHistoryFigure(history('all/xnor-net')),
    saturation: saturationHistoryFigure(history('all/bnn')),
    'sign-balance': signBalanceFigure(weightTable(scaled)),
    spectra: spectraFigure(await spectrumTable(scaled)),
  };
  for (const model of [scaled, unscaled, weightsOnly]) model.dispose();
  return figures;
}

type Model = ReturnType<typeof loadModel>;

const layersRows = (dir: string): Parameters<typeof scaleHistoryFigure>[0][number][] => readRun(dir).metrics.filter(row => row.kind === 'layers');

function measuredFigures(measured: Measured): Record<string, Figure> {
  const { images, models } = measured.maps;
  const first = models.map(({ label, maps }) => ({ label, maps: { ...maps, rollout: maps.rollout.slice(0, 1), blocks: maps.blocks.slice(0, 1) } }));
  return {
    flips: flipsFigure(measured.signs),
    oscillation: oscillationFigure(measured.signs),
    activations: activationsFigure(measured.activations),
    'activation-balance': activationBalanceFigure(measured.activations),
    attention: attentionFigure(measured.attention, 16),
    'attention-maps': attentionMapsFigure(images, models),
    'attention-blocks': attentionMapsFigure(images.slice(0, 1), first, { title: 'Where the blocks look' }),
    contributions: contributionsFigure(measured.contributions),
    sensitivity: sensitivityFigure(measured.sensitivity),
    similarity: similarityFigure(measured.similarity, { first: 'float', second: 'XNOR-Net' }),
    'loss-surface': lossSurfaceFigure(measured.surfaces),
  };
}

/** The page of the gallery: each picture with its title, caption and alternative text. */
export function galleryPage(figures: Readonly<Record<string, Figure>>): string {
  const entries = Object.entries(figures).map(([id, { layout, caption, alternative }]) => {
    const { text } = layout.title as { text: string };
    const short = alternative.length <= 300 ? alternative : `${alternative.slice(0, 300).replace(/\s\S*$/, '')} …`;
    return `## ${text}\n\n![${short.replaceAll(/[[\]]/g, '\\$&')}](${id}.svg)\n\n${caption}\n`;
  });
  return [
    '# Gallery\n',
    'Every figure of `binvit/figures`, over the runs in `data/runs` (`vit_nano` on MNIST) and `measured.json` (`node scripts/gallery-data.mjs`). The pictures',
    'are the snapshots of the tests: `npx vitest run test/figures/gallery.test.ts` compares them byte by byte, and with `-u` draws them anew.\n',
    ...entries,
  ].join('\n');
}
