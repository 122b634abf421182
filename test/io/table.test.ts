import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { formatTable, frameOf, readCsv, tableCsv, tableSchema, TableRows, type Column, type Table } from '../../src/io/index.js';

const folder = mkdtempSync(join(tmpdir(), 'binvit tables '));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const table: Table = {
  columns: [{ name: 'id', kind: 'text' }, { name: 'accuracy', kind: 'number' }, { name: 'reason', kind: 'text' }],
  rows: [['007', 0.5, null], ['1e5', null, 'a, "b"\nc']],
};

describe('frameOf', () => {
  it('is a danfojs DataFrame in which ids stay text and missing values stay missing', async () => {
    const frame = await frameOf(table);
    expect(frame.constructor.name).toBe('DataFrame');
    expect(frame.columns).toEqual(['id', 'accuracy', 'reason']);
    expect(frame.dtypes).toEqual(['string', 'float32', 'string']);
    expect(frame.values).toEqual([['007', 0.5, null], ['1e5', null, 'a, "b"\nc']]);
  });

  it('holds a table without rows', async () => {
    expect((await frameOf({ ...table, rows: [] })).shape).toEqual([0, 3]);
  });
});

describe('describe', () => {
  const describeColumn = (values: readonly (number | null)[]) =>
    new TableRows<number | null>([['x', 'number', value => value], ['id', 'text', () => 'a']], values).describe();

  it('leaves missing and non-finite values out and counts them', () => {
    expect([...describeColumn([1, null, 3])]).toEqual([{ column: 'x', count: 2, missing: 1, nonFinite: 0, mean: 2, std: Math.SQRT2, min: 1, median: 2, max: 3 }]);
    expect([...describeColumn([Infinity, 5, NaN, -1, 2])]).toMatchObject([{ count: 3, missing: 0, nonFinite: 2, mean: 2, std: 3, min: -1, median: 2, max: 5 }]);
  });

  it('gives no std of one value and no mean of none: a dash in the printed table', async () => {
    const [one] = describeColumn([0.1]);
    expect(one).toMatchObject({ count: 1, mean: 0.1, std: null });
    expect([...describeColumn([null, NaN])]).toMatchObject([{ count: 0, missing: 1, nonFinite: 1, mean: null, std: null, median: null }]);
    expect(describeColumn([0.1]).toLatex()).toContain('$0.1$ & --');
    expect((await describeColumn([0.1]).toDataFrame()).shape).toEqual([1, 9]);
  });

  it('is what danfojs says of each column without missing values', async () => {
    const { DataFrame } = await import('danfojs-node');
    fc.assert(fc.property(fc.array(fc.integer({ min: -1e6, max: 1e6 }).map(value => value / 1024), { minLength: 2, maxLength: 20 }), values => {
      const theirs = new DataFrame({ x: values }).column('x');
      const [ours] = describeColumn(values);
      // danfojs sums in another order.
      expect(ours!.mean).toBeCloseTo(theirs.mean(), 6);
      expect(ours!.std).toBeCloseTo(theirs.std(), 6);
      expect([ours!.min, ours!.median, ours!.max]).toEqual([theirs.min(), theirs.median(), theirs.max()]);
    }), { numRuns: 30 });
  });
});

describe('a frame of a grid', () => {
  it.each([
    ['where', 'scale', 'seed', 'depth'], ['depth', 'seed', 'scale', 'where'], ['seed', 'depth', 'where', 'scale'],
  ])('is grouped whole by %s, %s, %s and %s, also where two columns hold the same numbers', async (...keys) => {
    const runs = ['all', 'mlp'].flatMap(where => ['none', 'channel'].flatMap(scale => [1, 2].flatMap(seed => [2, 4].map(depth => ({ where, scale, seed, depth })))));
    const frame = await new TableRows<(typeof runs)[number]>([
      ['where', 'text', row => row.where], ['scale', 'text', row => row.scale], ['seed', 'number', row => row.seed], ['depth', 'number', row => row.depth],
    ], [...runs, ...runs]).toDataFrame() as unknown as import('danfojs-node').DataFrame;
    const groups = Object.values(frame.groupby(keys).colDict);
    expect(groups.length).toBe(runs.length);
    const first = runs[0]! as Readonly<Record<string, unknown>>;
    expect(frame.groupby(keys).getGroup(keys.map(key => first[key]) as (string | number)[]).shape[0]).toBe(2);
  });
});

describe('formatTable', () => {
  it('prints every row, however many there are', async () => {
    const rows = Array.from({ length: 40 }, (_, index) => [`run ${index}`, index, null]);
    const text = await formatTable({ ...table, rows });
    for (const [id] of rows) expect(text).toContain(id);
  });

});

describe('tableCsv', () => {
  it('quotes what would break a row and leaves a missing value empty', () => {
    expect(tableCsv(table)).toBe('id,accuracy,reason\n007,0.5,\n1e5,,"a, ""b""\nc"\n');
  });
});

describe('typed rows', () => {
  interface Row { id: string; change: number | null; half: number; binary: boolean }
  const columns: readonly Column<Row>[] = [
    ['id', 'text', row => row.id], ['change', 'number', row => row.change, row => row.half], ['half', 'number', row => row.half], ['binary', 'boolean', row => row.binary],
  ];
  const rows = new TableRows(columns, [
    { id: '007', change: 1.2345, half: 0.123, binary: true }, { id: 'a_b & c', change: null, half: 5, binary: false }, { id: 'c', change: -12.6, half: 3.4, binary: false },
  ]);

  it('are an array, whose parts are plain ones', () => {
    expect(rows.length).toBe(3);
    expect(Array.isArray(rows)).toBe(true);
    expect(rows.map(({ id }) => id)).toEqual(['007', 'a_b & c', 'c']);
    expect(rows.filter(({ binary }) => binary)).not.toBeInstanceOf(TableRows);
    expect(JSON.parse(JSON.stringify(rows))).toEqual([...rows]);
  });

  it('are a DataFrame, CSV and JSON with ids as text', async () => {
    const frame = await rows.toDataFrame();
    expect(frame.dtypes).toEqual(['string', 'float32', 'float32', 'boolean']);
    expect((frame.values as unknown[][])[0]).toEqual(['007', 1.2345, 0.123, true]);
    expect(rows.toCsv()).toBe('id,change,half,binary\n007,1.2345,0.123,true\na_b & c,,5,false\nc,-12.6,3.4,false\n');
    expect(JSON.parse(rows.toJson())).toEqual(rows.map(row => ({ ...row })));
  });

  it('are a booktabs tabular whose estimates have the digits that their intervals leave', () => {
    expect(rows.toLatex().split('\n')).toEqual([
      '\\begin{tabular}{lrrl}', '\\toprule', 'id & change & half & binary \\\\', '\\midrule', '007 & $1.23 \\pm 0.12$ & $0.123$ & true \\\\',
      'a\\_b \\& c & -- & $5$ & false \\\\', 'c & $-13 \\pm 3$ & $3.4$ & false \\\\', '\\bottomrule', '\\end{tabular}', '',
    ]);
    expect(new TableRows<{ x: number }>([['x', 'number', row => row.x]], [{ x: 1.234e-9 }, { x: Infinity }, { x: NaN }]).toLatex())
      .toContain('$1.23 \\cdot 10^{-9}$ \\\\\n$\\infty$ \\\\\n-- \\\\');
  });

  it('come back from CSV by their schema, whatever text and numbers they hold', () => {
    const cells = fc.tuple(fc.option(fc.string()), fc.option(fc.double()));
    fc.assert(fc.property(fc.array(cells), values => {
      const some: Table = { columns: [{ name: 'id', kind: 'text' }, { name: 'x', kind: 'number' }], rows: values };
      const path = join(folder, 'some.csv');
      writeFileSync(path, tableCsv(some));
      expect(readCsv(path, tableSchema(some)).rows).toEqual(values.map(([id, x]) => ({ id, x })));
    }));
  });
});
