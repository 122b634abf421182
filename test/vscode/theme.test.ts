import { describe, expect, it } from 'vitest';
import { templates } from '../../src/figures/index.js';
import { themedLayout } from '../../vscode/renderer/theme.js';

const dark = { text: '#eeeeee', grid: '#333333', line: '#777777', hoverText: '#ffffff', hoverBackground: '#000000' };

describe('a figure in the editor', () => {
  it('has the editor\'s colours and keeps the rest of its template', () => {
    const { template } = themedLayout({ template: templates.light }, dark, 800) as { template: { layout: Record<string, Record<string, unknown>> } };
    expect(template.layout.paper_bgcolor).toBe('rgba(0,0,0,0)');
    expect(template.layout.font).toMatchObject({ color: '#eeeeee', size: 12 });
    expect(template.layout.xaxis).toMatchObject({ gridcolor: '#333333', ticks: 'outside' });
  });

  it('has the template of our figures where it brings none', () => {
    expect(themedLayout({}, dark, 800)).toEqual(themedLayout({ template: templates.light }, dark, 800));
  });

  it('keeps what its author chose', () => {
    const layout = { paper_bgcolor: 'white', font: { color: 'black' } };
    expect(themedLayout(layout, dark, 800)).toMatchObject(layout);
  });

  it('is as wide as the place, or as its author wants when that is less', () => {
    expect(themedLayout({}, dark, 800).width).toBe(800);
    expect(themedLayout({ width: 500 }, dark, 800).width).toBe(500);
    expect(themedLayout({ width: 1000 }, dark, 800).width).toBe(800);
  });
});
