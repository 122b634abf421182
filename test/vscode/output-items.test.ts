import { describe, expect, it } from 'vitest';
import { outputItems } from '../../vscode/src/output-items.js';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe('items of an output', () => {
  it('begin with what shows most', () => {
    const items = outputItems({ 'text/plain': 'a', 'image/png': '', 'text/html': '<b>', 'application/vnd.plotly.v1+json': {}, 'x/unknown': '?' });
    expect(items.map(({ mime }) => mime)).toEqual(['application/vnd.plotly.v1+json', 'text/html', 'image/png', 'text/plain', 'x/unknown']);
  });

  it('are bytes for pictures and text for SVG', () => {
    const [svg, png] = outputItems({ 'image/png': Buffer.from([137, 80]).toString('base64'), 'image/svg+xml': '<svg/>' });
    expect([...png!.bytes]).toEqual([137, 80]);
    expect(text(svg!.bytes)).toBe('<svg/>');
  });

  it('are JSON for JSON types, strings included', () => {
    expect(text(outputItems({ 'application/json': 'text' })[0]!.bytes)).toBe('"text"');
    expect(text(outputItems({ 'application/vnd.a+json': { b: [1] } })[0]!.bytes)).toBe('{"b":[1]}');
  });
});
