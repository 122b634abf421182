/** Plotly's id of the axis of a panel, counted from 0: "x", "x2", "x3". */
export const axisId = (letter: 'x' | 'y', panel: number): string => `${letter}${panel === 0 ? '' : panel + 1}`;

/** Name of that axis in a layout: "xaxis", "xaxis2", "xaxis3". */
export const axisKey = (letter: 'x' | 'y', panel: number): string => `${letter}axis${panel === 0 ? '' : panel + 1}`;

/** Part of [0, 1] that panel `index` of `panels` equal ones takes, with `gap` between two. */
export function domain(index: number, panels: number, gap: number): [number, number] {
  const width = (1 - gap * (panels - 1)) / panels;
  const start = Math.max(0, index * (width + gap));
  return [start, Math.min(1, start + width)];
}

/** A text centred above a panel. */
export const panelTitle = (text: string, panel: number): object => ({
  text, showarrow: false, xref: `${axisId('x', panel)} domain`, x: 0.5, xanchor: 'center', yref: `${axisId('y', panel)} domain`, y: 1, yanchor: 'bottom',
});

/** A layer's name where room is short: "0.attn.qkv" of "blocks.0.attn.qkv". */
export const shortLayer = (name: string): string => name.replace(/^blocks\./, '');

/** The vertical axis of a panel that shares the scale of the first one at its left. */
export const inner = { matches: 'y', showticklabels: false, ticks: '' } as const;
