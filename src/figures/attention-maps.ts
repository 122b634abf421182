import type { AttentionMaps } from '../analysis/index.js';
import { defaultWidth, type Figure, type FigureOptions, type PlotlyTrace } from './figure.js';
import { axisId, axisKey, domain } from './panels.js';
import { count, escapeText } from './text.js';
import { templates } from './theme.js';

/** An image as it is drawn behind its maps. */
export interface DrawnImage {
  /** "seven". */
  readonly label: string;
  /** Brightness from the top row down, `[height][width]`, 0 (black) to 255. */
  readonly pixels: readonly (readonly number[])[];
}

/** Where one model looks. */
export interface ModelMaps {
  /** "float", "XNOR-Net". */
  readonly label: string;
  readonly maps: AttentionMaps;
}

/** A panel: which image, and which map lies over it. */
interface Panel { readonly image: DrawnImage; readonly map: readonly number[] | null; readonly title: string; readonly side: number }

/**
 * Attention rollout over the images: a column an image, its picture on top, then a row a model. With one image, the columns are the
 * blocks and the rollout, and the rows the models.
 */
export function attentionMapsFigure(images: readonly DrawnImage[], models: readonly ModelMaps[], options: FigureOptions = {}): Figure {
  const rows = images.length === 1 ? blockRows(images[0]!, models) : rolloutRows(images, models);
  const columns = rows[0]!.length;
  const width = options.width ?? defaultWidth;
  const cell = Math.min(150, (width - 40) / columns);
  const height = Math.round(70 + (cell + 22) * rows.length);
  const panels = rows.flat();
  const axes: Record<string, unknown> = {};
  panels.forEach((_, panel) => {
    const [row, column] = [Math.floor(panel / columns), panel % columns];
    const hidden = { visible: false, fixedrange: true };
    axes[axisKey('x', panel)] = { ...hidden, domain: domain(column, columns, 0.02), anchor: axisId('y', panel), constrain: 'domain' };
    axes[axisKey('y', panel)] = {
      ...hidden, domain: domain(rows.length - 1 - row, rows.length, 22 / (height - 70)), anchor: axisId('x', panel), autorange: 'reversed',
      scaleanchor: axisId('x', panel), constrain: 'domain',
    };
  });
  return {
    data: panels.flatMap((panel, at) => panelTraces(panel, at)),
    layout: {
      template: templates.light,
      width,
      height,
      title: { text: escapeText(options.title ?? 'Where the models look') },
      margin: { l: 20, r: 20, t: 62, b: 8 },
      annotations: panels.map(({ title }, at) => ({
        text: escapeText(title), showarrow: false, font: { size: 11 }, xref: `${axisId('x', at)} domain`, x: 0.5, xanchor: 'center',
        yref: `${axisId('y', at)} domain`, y: 1, yanchor: 'bottom',
      })),
      ...axes,
    },
    caption: `${images.length === 1 ? 'Attention of each block (mean over heads), and rollout' : 'Attention rollout'} of ${count(models.length, 'model')} over `
      + `${count(images.length, 'image')}, as the token that is classified sees the patches: yellow is more. It shows where information may come from.`,
    alternative: `Patch with the largest share of the rollout (row, column from 1): ${models.map(({ label, maps }) =>
      `${label}: ${images.map((image, at) => `${image.label} ${largest(maps.rollout[at]!, maps.side)}`).join('; ')}`).join('. ')}.`,
  };
}

function rolloutRows(images: readonly DrawnImage[], models: readonly ModelMaps[]): Panel[][] {
  return [
    images.map(image => ({ image, map: null, title: image.label, side: 1 })),
    ...models.map(({ label, maps }) => images.map((image, at) => ({ image, map: maps.rollout[at]!, title: label, side: maps.side }))),
  ];
}

function blockRows(image: DrawnImage, models: readonly ModelMaps[]): Panel[][] {
  return models.map(({ label, maps }) => [
    { image, map: null, title: label, side: 1 },
    ...maps.blocks[0]!.map((map, block) => ({ image, map, title: `block ${block}`, side: maps.side })),
    { image, map: maps.rollout[0]!, title: 'rollout', side: maps.side },
  ]);
}

function panelTraces({ image: { pixels }, map, side }: Panel, panel: number): PlotlyTrace[] {
  const place = { type: 'heatmap', xaxis: axisId('x', panel), yaxis: axisId('y', panel), showscale: false, hoverinfo: 'skip' };
  const picture = { ...place, z: pixels, zmin: 0, zmax: 255, colorscale: [[0, '#000000'], [1, '#ffffff']] };
  if (map === null) return [picture];
  const patch = pixels.length / side;
  const centres = Array.from({ length: side }, (_, at) => (at + 0.5) * patch - 0.5);
  const z = Array.from({ length: side }, (_, row) => map.slice(row * side, (row + 1) * side).map(share => Number(share.toPrecision(3))));
  return [picture, { ...place, z, x: centres, y: centres, zmin: 0, colorscale: 'Viridis', opacity: 0.6 }];
}

function largest(map: readonly number[], side: number): string {
  const place = map.indexOf(Math.max(...map));
  return `(${Math.floor(place / side) + 1}, ${place % side + 1})`;
}
