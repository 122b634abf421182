import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCsv, readCsv, writeCsv, type CsvRow } from '../../src/io/index.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder();
const schema = { id: 'text', accuracy: 'number' } as const;

function file(content: string | Uint8Array): string {
  const path = folder.path('table.csv');
  writeFileSync(path, content);
  return path;
}

describe('readCsv', () => {
  it('gives back what was written, also missing and non-finite values, commas, quotes and line ends', () => {
    const path = folder.path('round-trip.csv');
    const row = fc.record<CsvRow<typeof schema>>({
      id: fc.option(fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[,"\r\n a]*$/))),
      accuracy: fc.option(fc.double()),
    }, { noNullPrototype: true });
    fc.assert(fc.property(fc.array(row), rows => {
      writeCsv(path, schema, rows);
      expect(readCsv(path, schema).rows).toEqual(rows);
    }), { numRuns: 200 });
  });

  it('round-trips a table of one column with missing values', () => {
    const path = folder.path('one-column.csv');
    const rows = [{ a: null }, { a: 1 }, { a: null }];
    writeCsv(path, { a: 'number' }, rows);
    expect(readCsv(path, { a: 'number' }).rows).toEqual(rows);
  });

  it('keeps identifiers as text, and counts missing and non-finite numbers', () => {
    const table = readCsv(file('id,accuracy\n007,0.9\nNA,NA\n,\n"",NaN\n1e3,Infinity\nx,-inf\n'), schema);
    expect(table.rows).toEqual([
      { id: '007', accuracy: 0.9 }, { id: 'NA', accuracy: null }, { id: null, accuracy: null },
      { id: '', accuracy: NaN }, { id: '1e3', accuracy: Infinity }, { id: 'x', accuracy: -Infinity },
    ]);
    expect(table.missing).toEqual({ id: 1, accuracy: 2 });
    expect(table.nonFinite).toEqual({ id: 0, accuracy: 3 });
  });

  it('takes CRLF, spaces around names, a byte order mark, another order of columns and no last line end', () => {
    expect(readCsv(file('\ufeff accuracy , id\r\n 0.5 ,a b\r\n.25,"c\r\nd"'), schema)).toMatchObject({
      columns: ['accuracy', 'id'], rows: [{ id: 'a b', accuracy: 0.5 }, { id: 'c\r\nd', accuracy: 0.25 }],
    });
  });

  it.each([
    ['a name twice', 'id, id,accuracy\n', 'line 1: expected unique column names, found "id" twice'],
    ['missing and unknown columns', 'id,acc\n', 'line 1: expected the columns id, accuracy; missing: "accuracy"; unknown: "acc"'],
    ['another number of fields', 'id,accuracy\na,1\nb,1,2\n', 'line 3: expected 2 fields, found 3'],
    ['a text in a number column', 'id,accuracy\n"a\nb",1\nc,0x10\n', 'line 4: accuracy: expected a number, found "0x10"'],
    ['a quote that is not closed', 'id,accuracy\n"a,1\n', 'line 2: expected a field, quoted as a whole or without quotes'],
    ['text after a closing quote', 'id,accuracy\n"a"b,1\n', 'line 2: expected a field'],
    ['a file without any line', '\ufeff', 'expected the columns id, accuracy; missing'],
    ['an empty file', '', 'expected a CSV file, found an empty file'],
    ['a web page', '<html>', 'expected a CSV file, found an HTML page'],
  ])('refuses %s, with the place', (_, content, message) => {
    const path = file(content);
    expect(() => readCsv(path, schema)).toThrow(message);
    expect(() => readCsv(path, schema)).toThrow(path);
  });

  it('takes fields of many quotes', () => {
    const id = '"'.repeat(4_000_000);
    writeCsv(folder.path('quotes.csv'), schema, [{ id, accuracy: 1 }]);
    expect(readCsv(folder.path('quotes.csv'), schema).rows[0]!.id === id).toBe(true);
  });

  it('refuses other encodings', () => {
    expect(() => readCsv(file(Uint8Array.of(0x69, 0xe4)), schema)).toThrow('expected text in UTF-8');
  });
});

describe('formatCsv', () => {
  it('writes the header alone when there are no rows, and numbers that give the same double', () => {
    expect(formatCsv(schema, [])).toBe('id,accuracy\n');
    expect(formatCsv(schema, [{ id: 'a,b', accuracy: 0.1 + 0.2 }, { id: '', accuracy: -0 }])).toBe('id,accuracy\n"a,b",0.30000000000000004\n"",-0\n');
    const path = folder.path('formatted.csv');
    writeCsv(path, schema, []);
    expect(readFileSync(path, 'utf8')).toBe('id,accuracy\n');
  });
});
