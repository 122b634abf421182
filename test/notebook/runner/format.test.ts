import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { cellTags, formatNotebook, parseNotebook, readNotebook, writeNotebook, type Cell, type Notebook } from '../../../src/notebook/runner/index.js';

const folder = mkdtempSync(join(tmpdir(), 'binvit-format-'));
afterAll(() => { rmSync(folder, { recursive: true }); });

const text = fc.oneof(fc.string(), fc.array(fc.constantFrom('a', '\n', '\r\n', '\r', '\u2028', 'ß', '😀')).map(parts => parts.join('')));
const metadata = fc.dictionary(fc.string().filter(key => !['trusted', 'signature', 'orig_nbformat', 'orig_nbformat_minor', '__proto__'].includes(key)), fc.jsonValue() as fc.Arbitrary<string>);
const data = fc.record({ 'text/plain': text, 'application/vnd.plotly.v1+json': fc.jsonValue() as fc.Arbitrary<string>, 'image/png': fc.base64String() });
const output = fc.oneof(
  fc.record({ output_type: fc.constant('stream' as const), name: fc.constantFrom('stdout', 'stderr'), text }),
  fc.record({ output_type: fc.constant('display_data' as const), data, metadata }),
  fc.record({ output_type: fc.constant('execute_result' as const), execution_count: fc.option(fc.nat()), data, metadata }),
  fc.record({ output_type: fc.constant('error' as const), ename: text, evalue: text, traceback: fc.array(text) }),
);
const cell: fc.Arbitrary<Omit<Cell, 'id'>> = fc.oneof(
  fc.record({ cell_type: fc.constant('code' as const), metadata, source: text, execution_count: fc.option(fc.nat()), outputs: fc.array(output) }),
  fc.record({ cell_type: fc.constant('markdown' as const), metadata, source: text }),
  fc.record({ cell_type: fc.constant('raw' as const), metadata, source: text, attachments: fc.dictionary(fc.constantFrom('a.png', 'b.png'), data) }),
);
const notebook: fc.Arbitrary<Notebook> = fc.record({
  metadata, cells: fc.array(cell).map(cells => cells.map((content, index) => ({ ...content, id: `cell-${index}` }) as Cell)),
});

/** A notebook of version 3 with everything that the upgrade changes. */
const notebook3 = JSON.stringify({
  nbformat: 3, nbformat_minor: 0, metadata: { name: 'old', signature: 'sha256:x' },
  worksheets: [
    { cells: [{ cell_type: 'heading', level: 2, source: 'Chapter', metadata: {} }, { cell_type: 'markdown', source: ['a', 'b'] }], metadata: {} },
    {
      cells: [{
        cell_type: 'code', input: ['let a = 1\n', 'a'], language: 'javascript', collapsed: false, prompt_number: 4, metadata: { tags: ['t'] },
        outputs: [
          { output_type: 'stream', stream: 'stderr', text: ['x\n', 'y'], metadata: {} },
          { output_type: 'pyout', prompt_number: 4, metadata: {}, text: ['1'], html: '<b>1</b>', json: '{"a":1}' },
          { output_type: 'pyerr', ename: 'Error', evalue: 'e', traceback: ['t'] },
          { output_type: 'display_data', png: 'AAAA', metadata: {} },
        ],
      }],
    },
  ],
});

const whole = (cells: unknown[], more: object = {}): string => JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells, ...more });

describe('nbformat', () => {
  it('gives back what was written, and writes the same bytes again', () => {
    fc.assert(fc.property(notebook, value => {
      const written = formatNotebook(value);
      const read = parseNotebook(written);
      expect(read.cells).toEqual(JSON.parse(JSON.stringify(value.cells)));
      expect(formatNotebook(read)).toBe(written);
    }));
  });

  it('lays a file out as Jupyter does', () => {
    const written = formatNotebook({
      metadata: { language_info: { name: 'typescript' } },
      cells: [
        { cell_type: 'markdown', id: 'intro', metadata: {}, source: '# Title\n\nText' },
        {
          cell_type: 'code', id: 'sum', metadata: { tags: ['parameters'] }, source: '1 + 1\n', execution_count: 1,
          outputs: [{ output_type: 'execute_result', execution_count: 1, metadata: {}, data: { 'text/plain': '2', 'application/json': { b: [1], a: 'x\ny' } } }],
        },
        { cell_type: 'code', id: 'empty', metadata: {}, source: '', execution_count: null, outputs: [] },
      ],
    });
    expect(written).toBe(readFileSync(join(import.meta.dirname, 'layout.ipynb'), 'utf8'));
  });

  it('gives cells without an id the same new one whenever they are read, also equal cells', () => {
    const old = JSON.stringify({
      nbformat: 4, nbformat_minor: 2, metadata: { orig_nbformat: 3 },
      cells: [{ cell_type: 'markdown', metadata: {}, source: 'x' }, { cell_type: 'markdown', metadata: { trusted: true }, source: 'x' }, { cell_type: 'raw', id: 'kept', metadata: {}, source: 'x' }],
    });
    const read = parseNotebook(old);
    expect(read).toEqual(parseNotebook(old));
    const ids = read.cells.map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    expect(ids[2]).toBe('kept');
    expect(ids[0]).toMatch(/^[0-9a-f]{8}$/);
    expect(read.metadata).toEqual({});
    expect(read.cells[1]!.metadata).toEqual({});
  });

  it('upgrades nbformat 3: headings, worksheets, short names of MIME types, JSON as text, lines without ends', () => {
    const { cells } = parseNotebook(notebook3);
    expect(cells.map(({ source }) => source)).toEqual(['## Chapter', 'a\nb', 'let a = 1\na']);
    expect(cellTags(cells[2]!)).toEqual(['t']);
    expect(cells[2]).toMatchObject({
      execution_count: 4,
      outputs: [
        { output_type: 'stream', name: 'stderr', text: 'x\ny' },
        { output_type: 'execute_result', execution_count: 4, metadata: {}, data: { 'text/plain': '1', 'text/html': '<b>1</b>', 'application/json': { a: 1 } } },
        { output_type: 'error', ename: 'Error', evalue: 'e', traceback: ['t'] },
        { output_type: 'display_data', metadata: {}, data: { 'image/png': 'AAAA' } },
      ],
    });
  });

  it.each([
    ['is cut off', whole([]).slice(0, -3), 'expected a notebook in JSON'],
    ['is empty', '', 'expected a notebook in JSON'],
    ['is another JSON', '[]', 'nbformat: expected 3, or 4.0 to 4.5, found nothing'],
    ['is of a version to come', whole([], { nbformat: 5 }), 'nbformat: expected 3, or 4.0 to 4.5, found 5'],
    ['is of a minor version to come', whole([], { nbformat_minor: 6 }), 'nbformat: expected 3, or 4.0 to 4.5, found 4.6'],
    ['is older than 3', whole([], { nbformat: 2 }), 'nbformat: expected 3, or 4.0 to 4.5, found 2; open'],
    ['has no cells', JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {} }), 'cells: expected a list of cells, found nothing'],
    ['has no worksheets in version 3', JSON.stringify({ nbformat: 3 }), 'worksheets: expected a list of worksheets, found nothing'],
    ['has two cells of one id', whole([{ cell_type: 'raw', id: 'a', metadata: {}, source: '' }, { cell_type: 'raw', id: 'a', metadata: {}, source: '' }]), 'cells: expected a different id for every cell, found "a" twice'],
    ['has an id with a blank', whole([{ cell_type: 'raw', id: 'a b', metadata: {}, source: '' }]), 'cells[0].id: expected 1 to 64 letters, digits, - or _, found "a b"'],
    ['has a cell of an unknown type', whole([{ cell_type: 'heading', metadata: {}, source: '' }]), 'cells[0].cell_type: expected a cell of type code, markdown or raw'],
    ['has a source that is no text', whole([{ cell_type: 'raw', metadata: {}, source: 7 }]), 'cells[0].source: expected text, or a list of lines, found 7'],
    ['has an output of an unknown type', whole([{ cell_type: 'code', metadata: {}, source: '', outputs: [{ output_type: 'x' }] }]), 'cells[0].outputs[0].output_type: expected an output of type'],
    ['has binary data that is no text', whole([{ cell_type: 'code', metadata: {}, source: '', outputs: [{ output_type: 'display_data', metadata: {}, data: { 'image/png': {} } }] }]), 'cells[0].outputs[0].data.image/png: expected text, or a list of lines, found an object'],
    ['has a key that the format does not know', whole([{ cell_type: 'raw', metadata: {}, source: '', colour: 1 }]), 'cells[0]: found "colour", which nbformat 4 does not have there'],
    ...[-1, 0, 1.5, '2', 1e300].map((level): [string, string, string] => [`has a heading of level ${level} in nbformat 3`, JSON.stringify({ nbformat: 3, worksheets: [{ cells: [{ cell_type: 'heading', level, source: 'x' }] }] }), 'worksheets[0].cells[0].level: expected a whole number']),
  ])('refuses a file that %s, names it and the reason, and leaves it as it is', (_, content, reason) => {
    const path = join(folder, 'broken.ipynb');
    writeFileSync(path, content);
    expect(() => readNotebook(path)).toThrow(`${path}: ${reason}`);
    expect(readFileSync(path, 'utf8')).toBe(content);
  });

  it('makes a heading of nbformat 3 one of the deepest that Markdown has', () => {
    const cells = [{ cell_type: 'heading', level: 9, source: 'x' }, { cell_type: 'heading', source: 'y' }];
    expect(parseNotebook(JSON.stringify({ nbformat: 3, worksheets: [{ cells }] })).cells.map(({ source }) => source)).toEqual(['###### x', '# y']);
  });

  it.each([3, 4])('either reads a notebook of version %s in which anything was replaced by anything, or says what it expected', version => {
    const valid = version === 3 ? notebook3 : whole([
      { cell_type: 'code', id: 'a', metadata: { tags: ['t'] }, source: ['1\n', '2'], execution_count: 1, outputs: [{ output_type: 'display_data', metadata: {}, data: { 'text/plain': ['x'] } }] },
      { cell_type: 'markdown', id: 'b', metadata: {}, source: 'x', attachments: { 'a.png': { 'image/png': 'AAAA' } } },
    ]);
    fc.assert(fc.property(fc.nat(), fc.jsonValue(), (place, value) => {
      let count = 0;
      const size = valid.match(/[,:[{]/g)!.length;
      const damaged = JSON.stringify(JSON.parse(valid, (_, part: unknown) => ++count === place % size ? value : part));
      let read: Notebook;
      try {
        read = parseNotebook(damaged);
      } catch (error) {
        expect((error as Error).message).toMatch(/expected|found/);
        return;
      }
      expect(parseNotebook(formatNotebook(read))).toEqual(read);
    }), { numRuns: 300 });
  });

  it('refuses bytes that are not UTF-8, and takes a byte order mark', () => {
    const path = join(folder, 'encoding.ipynb');
    writeFileSync(path, new Uint8Array([0x7b, 0xff, 0x7d]));
    expect(() => readNotebook(path)).toThrow(path);
    writeFileSync(path, `\ufeff${whole([])}`);
    expect(readNotebook(path).cells).toEqual([]);
  });

  it('writes what it has read from a notebook of Jupyter byte by byte', () => {
    const path = join(folder, 'copy.ipynb');
    const original = join(import.meta.dirname, 'layout.ipynb');
    writeNotebook(path, readNotebook(original));
    expect(readFileSync(path)).toEqual(readFileSync(original));
  });
});
