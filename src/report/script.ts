/** Part of a page's script: calls its function `draw` with each element of a CSS selector when that comes near the view. */
export const drawWhenSeen = (selector: string): string => `const seen = new IntersectionObserver(entries => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    draw(target);
  }
}, { rootMargin: '400px' });
for (const element of document.querySelectorAll('${selector}')) seen.observe(element);
`;

/**
 * Script of the page: replaces each static picture by its interactive figure, when it comes into view, in the colours
 * that the reader's system asks for. Without it, and on paper, the pictures stand. It reads the global `report` that
 * `figures.js` sets.
 */
export const script = `
const dark = matchMedia('(prefers-color-scheme: dark)');
const template = () => dark.matches ? report.templates.dark : report.templates.light;
const draw = element => {
  const { data, layout, alternative } = report.figures[element.id];
  const plot = document.createElement('div');
  plot.className = 'plot';
  plot.setAttribute('role', 'group');
  plot.setAttribute('aria-label', alternative);
  plot.style.height = layout.height + 'px';
  element.prepend(plot);
  element.classList.add('drawn');
  const { width, ...rest } = layout;
  Plotly.newPlot(plot, data, { ...rest, template: template(), autosize: true }, { responsive: true, displaylogo: false });
};
${drawWhenSeen('figure[id]')}dark.addEventListener('change', () => {
  for (const plot of document.querySelectorAll('.plot')) Plotly.relayout(plot, { template: template() });
});
`;
