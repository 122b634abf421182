import { templates } from '../../../figures/index.js';
import { drawWhenSeen } from '../../../report/index.js';

/**
 * Script of the page: draws each figure with Plotly when it comes into view, in the colours that the reader's system asks for
 * unless the figure has its own. Without it, and on paper, the static pictures stand.
 */
export const pageScript = `
const templates = ${JSON.stringify(templates)};
const dark = matchMedia('(prefers-color-scheme: dark)');
const template = () => dark.matches ? templates.dark : templates.light;
const themed = new Set();
const draw = figure => {
  const { data, layout = {}, config } = JSON.parse(figure.querySelector('script').textContent);
  const picture = figure.querySelector('.picture');
  const plot = document.createElement('div');
  plot.className = 'plot';
  // No image: its buttons can be reached.
  plot.setAttribute('role', 'group');
  plot.setAttribute('aria-label', picture.alt ?? picture.textContent);
  plot.style.height = (layout.height ?? 450) + 'px';
  figure.prepend(plot);
  figure.classList.add('drawn');
  const { width, ...rest } = layout;
  if (layout.template === undefined) themed.add(plot);
  Plotly.newPlot(plot, data, { ...rest, template: layout.template ?? template(), autosize: true }, { ...config, responsive: true, displaylogo: false });
};
${drawWhenSeen('figure.plotly')}dark.addEventListener('change', () => {
  for (const plot of themed) Plotly.relayout(plot, { template: template() });
});
`;
