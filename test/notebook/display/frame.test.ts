import { DataFrame, Series } from 'danfojs-node';
import { expect, it } from 'vitest';
import { describe } from '../../../src/notebook/display/index.js';

it('row 42: a frame is a table in HTML and text, with its shape', async () => {
  const { data } = await describe(new DataFrame({ a: [1, 2], b: ['x', '<y>'] }));
  expect(data['text/plain']).toBe('   a    b\n0  1    x\n1  2  <y>\n\n2 rows × 2 columns');
  expect(data['text/html']).toContain('<tr><th>1</th><td>2</td><td>&lt;y&gt;</td></tr>');
});

it('row 42: a long and wide frame shows its ends and states its shape', async () => {
  const { data } = await describe(new DataFrame(Array.from({ length: 1000 }, (_, row) => Array.from({ length: 30 }, (_, column) => row * 30 + column))));
  const text = data['text/plain'] as string;
  expect(text.split('\n')).toHaveLength(1 + 21 + 2);
  expect(text).toContain('1000 rows × 30 columns');
  expect(text).toContain('…');
  expect(text).toContain('29999');
});

it('a series is a table with one column', async () => {
  const { data } = await describe(new Series([1.23456789, null]));
  expect(data['text/plain']).toContain('1.234568');
  expect(data['text/plain']).toContain('2 rows × 1 column');
});
