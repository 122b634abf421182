import type { LayersRow, LayerStatistics } from '../training/index.js';
import { defaultWidth, type Figure, type FigureOptions, type PlotlyTrace } from './figure.js';
import { axisId, axisKey, domain, inner, panelTitle } from './panels.js';
import { escapeText } from './text.js';
import { legendUnderTitle, siteStyle, templates, translucent } from './theme.js';

/** What is drawn of each layer over the steps. */
interface Measure {
  readonly title: string;
  readonly axis: string;
  readonly caption: string;
  readonly middle: (layer: LayerStatistics) => number;
  /** A band around it, where there is one. */
  readonly band?: (layer: LayerStatistics) => readonly [low: number, high: number];
}

/** Mean scaling factor of each binary layer over training, in a band from its smallest to its largest output; a panel a block. */
export function scaleHistoryFigure(rows: readonly LayersRow[], options: FigureOptions = {}): Figure {
  return layerHistoryFigure(rows, {
    title: 'Scaling factors over training', axis: 'scaling factor α',
    caption: 'Mean scaling factor of each binary layer (line) and its smallest to largest output (band) over training, a panel for each encoder block.',
    middle: layer => layer.scaleMean, band: layer => [layer.scaleMin, layer.scaleMax],
  }, options);
}

/** Share of the latent weights of each binary layer that are at the latent clip (or beyond ±1) over training; a panel a block. */
export function saturationHistoryFigure(rows: readonly LayersRow[], options: FigureOptions = {}): Figure {
  return layerHistoryFigure(rows, {
    title: 'Saturated latent weights over training', axis: 'saturated (%)',
    caption: 'Share of the latent weights of each binary layer at the latent clip, or beyond ±1 where there is none, a panel for each encoder block.',
    middle: layer => 100 * layer.saturated,
  }, options);
}

function layerHistoryFigure(rows: readonly LayersRow[], { title, axis, caption, middle, band }: Measure, options: FigureOptions): Figure {
  const names = [...new Set(rows.flatMap(({ layers }) => layers.map(({ name }) => name)))];
  const panels = [...new Set(names.map(panelOf))];
  const seen = new Set<string>();
  const data = names.flatMap((name): PlotlyTrace[] => {
    const panel = panels.indexOf(panelOf(name));
    const part = name.slice(name.lastIndexOf('.') + 1);
    const showlegend = !seen.has(part);
    seen.add(part);
    const members = rows.flatMap(({ step, layers }) => layers.filter(layer => layer.name === name).map(layer => ({ step, layer })));
    const { color, dash } = siteStyle(part);
    const place = { type: 'scatter', mode: 'lines', xaxis: axisId('x', panel), yaxis: axisId('y', panel), legendgroup: part, x: members.map(({ step }) => step) };
    const edge = (side: 0 | 1): PlotlyTrace => ({
      ...place, y: members.map(({ layer }) => rounded(band!(layer)[side])), showlegend: false, hoverinfo: 'skip', line: { width: 0 },
      ...(side === 1 && { fill: 'tonexty', fillcolor: translucent(color, 0.1) }),
    });
    return [
      ...(band === undefined ? [] : [edge(0), edge(1)]),
      { ...place, name: escapeText(part), showlegend, y: members.map(({ layer }) => rounded(middle(layer))), line: { color, width: 1.8, dash } },
    ];
  });
  const axes: Record<string, unknown> = {};
  panels.forEach((_, panel) => {
    axes[axisKey('x', panel)] = { domain: domain(panel, panels.length, 0.03), anchor: axisId('y', panel), nticks: 3, tickangle: 0, title: { text: 'step' } };
    axes[axisKey('y', panel)] = {
      anchor: axisId('x', panel), rangemode: 'tozero', ...(panel === 0 ? { title: { text: axis } } : inner),
    };
  });
  const height = 360;
  const last = rows.at(-1);
  return {
    data,
    layout: {
      template: templates.light,
      width: options.width ?? defaultWidth,
      height,
      title: { text: escapeText(options.title ?? title) },
      legend: legendUnderTitle(height),
      margin: { l: 60, r: 20, t: 96, b: 54 },
      annotations: panels.map((name, panel) => panelTitle(escapeText(name), panel)),
      ...axes,
    },
    caption,
    alternative: last === undefined ? '0 samples.' : `At step ${last.step}, ${axis}: ${last.layers.map(layer => `${layer.name} ${middle(layer).toPrecision(3)}`).join('; ')}.`,
  };
}

function panelOf(layer: string): string {
  const block = /^blocks\.(\d+)/.exec(layer)?.[1];
  return block === undefined ? 'outside the blocks' : `block ${block}`;
}

/** Four digits are finer than a pixel. */
const rounded = (value: number): number => Number(value.toPrecision(4));
