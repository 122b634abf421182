import * as tf from '@tensorflow/tfjs';
import { describe as group, expect, it } from 'vitest';
import { describe, type Rich } from '../../../src/notebook/display/index.js';
import { encodePng, imageType } from '../../../src/notebook/display/image.js';
import { html, image, json, latex, markdown, svg } from '../../../src/notebook/index.js';

/** The forms of a value that are there at once. */
async function formsOf(value: unknown): Promise<Rich['data']> {
  return (await describe(value)).data;
}

async function textOf(value: unknown): Promise<string> {
  return (await formsOf(value))['text/plain'] as string;
}

group('values as text', () => {
  it.each([
    ['a number', 1, '1'], ['a text', 'a', "'a'"], ['a map', new Map([[1, { a: 2 }]]), 'Map(1) { 1 => { a: 2 } }'], ['a set', new Set([1]), 'Set(1) { 1 }'],
    ['a function', function named() { return 1; }, '[Function: named]'], ['a class', class Named { readonly field = 1; }, '[class Named]'],
    ['a promise', Promise.resolve(1), 'Promise { 1 }'], ['a getter', { get a() { throw new Error('called'); } }, '{ a: [Getter] }'],
  ])('%s', async (_, value, text) => {
    expect(await formsOf(value)).toEqual({ 'text/plain': text });
  });

  it('long lists are cut, and errors have their stack and cause', async () => {
    expect(await textOf(new Array(1000).fill(0))).toContain('... 900 more items');
    expect(await textOf(new RangeError('outer', { cause: new Error('inner') }))).toMatch(/RangeError: outer[^]*at [^]*Error: inner/);
  });
});

group('values that describe themselves', () => {
  const symbol = Symbol.for('Jupyter.display');

  it('by a bundle or a promise of one, bytes in it as base64, with a text beside', async () => {
    expect(await formsOf({ [symbol]: () => ({ 'text/plain': 'a', 'text/html': '<b>a</b>' }) })).toEqual({ 'text/plain': 'a', 'text/html': '<b>a</b>' });
    expect(await formsOf({ [symbol]: () => Promise.resolve({ 'image/png': Uint8Array.of(1, 2), 'text/plain': 'p' }) })).toEqual({ 'image/png': 'AQI=', 'text/plain': 'p' });
    expect(await formsOf({ [symbol]: () => ({ 'text/html': 'x' }) })).toHaveProperty('text/plain');
  });

  it('a description that is no bundle is refused', () => {
    expect(() => describe({ [symbol]: () => 1 })).toThrow('expected a MIME bundle, found number');
  });

  it('html, markdown, latex, svg and json give their types', async () => {
    expect(await formsOf(html('<b>'))).toMatchObject({ 'text/html': '<b>' });
    expect(await formsOf(markdown('*a*'))).toMatchObject({ 'text/markdown': '*a*' });
    expect(await formsOf(latex('x^2'))).toMatchObject({ 'text/latex': '$$x^2$$' });
    expect(await formsOf(latex('$x$'))).toMatchObject({ 'text/latex': '$x$' });
    expect(await formsOf(svg('<svg/>'))).toMatchObject({ 'image/svg+xml': '<svg/>' });
    expect(await formsOf(json({ a: [1] }))).toMatchObject({ 'application/json': { a: [1] } });
  });
});

group('pictures', () => {
  const png = encodePng(Uint8Array.of(255, 0, 0, 0, 255, 0), 2, 1, 3);

  it('bytes of a picture are shown as one, others as bytes', async () => {
    expect(imageType(png)).toBe('image/png');
    expect(await formsOf(png)).toMatchObject({ 'image/png': Buffer.from(png).toString('base64') });
    expect(await formsOf(image(png))).toHaveProperty('image/png');
    expect(await textOf(Uint8Array.of(1, 2))).toBe('Uint8Array(2) [ 1, 2 ]');
    expect(() => image(Uint8Array.of(1))).toThrow('expected the bytes of a PNG, JPEG, GIF or WebP picture');
  });
});

group('figures', () => {
  it('rows 11, 31 and 36: a figure is plotly JSON and text at once, and an SVG picture later', async () => {
    const described = await describe({ data: [{ y: Float32Array.of(1, 2) }], layout: { title: { text: 'Loss' } } });
    expect(described.data).toEqual({
      'application/vnd.plotly.v1+json': { data: [{ y: [1, 2] }], layout: { title: { text: 'Loss' } } }, 'text/plain': 'figure "Loss": 1 trace (scatter)',
    });
    expect((await described.later!())['image/svg+xml']).toMatch(/^<svg/);
  });

  it('a figure has what JSON keeps of it', async () => {
    const data = [{ x: [new Date(0), 'a', undefined, null, () => 1, Number.NaN], hidden: undefined, call: () => 1, marker: { size: [1, 2.5], deep: [{ a: true }] } }];
    const { data: forms } = await describe({ data, layout: { a: { b: [] } } });
    expect(JSON.stringify(forms['application/vnd.plotly.v1+json'])).toBe(JSON.stringify({ data, layout: { a: { b: [] } } }));
  });

  it('row 38: one of a kind that has no static picture goes to the plotly of the front end as it is', async () => {
    const figure = { data: [{ type: 'sankey', node: { label: ['A', 'B'], align: 'left' }, link: { source: [0], target: [1], value: [8] } }], layout: {} };
    const { data, later } = await describe(figure);
    expect(data).toEqual({ 'application/vnd.plotly.v1+json': figure, 'text/plain': 'figure: 1 trace (sankey)' });
    await expect(later!()).rejects.toThrow('data[0].type: expected one of scatter');
  });

  it('one that cannot be drawn does not keep another from it', async () => {
    const [bad, good] = await Promise.all([describe({ data: [{ type: 'surface' }], layout: {} }), describe({ data: [{ y: [1] }], layout: {} })]);
    const drawn = await Promise.allSettled([bad.later!(), good.later!()]);
    expect(drawn.map(result => result.status)).toEqual(['rejected', 'fulfilled']);
  });

  it('an object with other data is none', async () => {
    expect(await formsOf({ data: [1, 2] })).toEqual({ 'text/plain': '{ data: [ 1, 2 ] }' });
  });
});

group('TensorFlow.js', () => {
  it('a tensor tells its shape, type, statistics and values', async () => {
    expect(await textOf(tf.tensor2d([[1, 2], [3, NaN]]))).toMatch(/^Tensor float32 \[2, 2\], min 1, mean 2, max 3, 1 NaN\n\[\[1, 2 +\],/);
  });

  it('a tensor that looks like a picture is shown as one, a matrix of weights is not', async () => {
    expect((await formsOf(tf.linspace(0, 1, 48).reshape([4, 4, 3])))['text/html']).toMatch(/<img src="data:image\/png;base64,/);
    expect(await formsOf(tf.linspace(-1, 1, 64).reshape([8, 8]))).not.toHaveProperty('text/html');
  });

  it('a disposed tensor is no error', async () => {
    const tensor = tf.scalar(1);
    tensor.dispose();
    expect(await textOf(tensor)).toBe('Tensor float32 [], disposed');
  });

  it('a model is its summary', async () => {
    expect(await textOf(tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] }))).toContain('Total params: 8');
  });
});
