import { templates } from '../../src/figures/theme.js';

/** A figure's `layout` and its parts, as Plotly takes them. */
export interface PlotlyObject {
  readonly [key: string]: unknown;
}

/** Colours of the editor. */
export interface EditorColors {
  readonly text: string;
  readonly grid: string;
  readonly line: string;
  readonly hoverText: string;
  readonly hoverBackground: string;
}

/** Plotly's own height of a figure that says none. */
const plotlyHeight = 450;

const transparent = 'rgba(0,0,0,0)';

/**
 * A layout in the editor's colours. They go into the template, so that what the figure's author chose in the layout itself
 * stays. A figure without a template has that of our own figures, as in its picture.
 *
 * @param width of the place for the figure, in pixels; a figure that is wider is made narrower
 */
export function themedLayout(layout: PlotlyObject, colors: EditorColors, width: number): PlotlyObject {
  const given = layout.template ?? templates.light;
  const template = isObject(given) ? given : {};
  return {
    ...layout,
    width: typeof layout.width === 'number' ? Math.min(layout.width, width) : width,
    height: layout.height ?? plotlyHeight,
    template: { ...template, layout: merge(isObject(template.layout) ? template.layout : {}, templateLayout(colors)) },
  };
}

function templateLayout({ text, grid, line, hoverText, hoverBackground }: EditorColors): PlotlyObject {
  const axis = { gridcolor: grid, linecolor: line, tickcolor: line, zerolinecolor: line };
  const spaceAxis = { ...axis, backgroundcolor: transparent };
  return {
    paper_bgcolor: transparent,
    plot_bgcolor: transparent,
    font: { color: text },
    xaxis: axis,
    yaxis: axis,
    scene: { bgcolor: transparent, xaxis: spaceAxis, yaxis: spaceAxis, zaxis: spaceAxis },
    polar: { bgcolor: transparent, radialaxis: axis, angularaxis: axis },
    ternary: { bgcolor: transparent, aaxis: axis, baxis: axis, caxis: axis },
    geo: { bgcolor: transparent },
    hoverlabel: { bgcolor: hoverBackground, bordercolor: line, font: { color: hoverText } },
    modebar: { bgcolor: transparent, color: line, activecolor: text },
  };
}

function merge(base: PlotlyObject, over: PlotlyObject): PlotlyObject {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const old = merged[key];
    merged[key] = isObject(old) && isObject(value) ? merge(old, value) : value;
  }
  return merged;
}

const isObject = (value: unknown): value is PlotlyObject => typeof value === 'object' && value !== null && !Array.isArray(value);
