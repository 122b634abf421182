import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendLine, JsonlWriter, lastJsonlRow, latestRows, readJsonl, repairJsonl } from '../../src/io/index.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder();

/** Rows that JSON gives back as they are. */
const jsonRow = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.array(fc.boolean())), { noNullPrototype: true })
  .filter(row => !Object.hasOwn(row, '__proto__'));

describe('readJsonl', () => {
  it('gives back the rows that were appended', () => {
    const path = folder.path('round-trip.jsonl');
    fc.assert(fc.property(fc.array(jsonRow, { minLength: 1 }), rows => {
      writeFileSync(path, '');
      const writer = new JsonlWriter(path);
      for (const row of rows) writer.append(row);
      writer.close();
      expect(readJsonl(path)).toEqual({ rows, damaged: [] });
    }), { numRuns: 50 });
  });

  it('keeps every whole row of a log that was cut at any byte, and a repaired one goes on cleanly', () => {
    const path = folder.path('cut.jsonl');
    const rows = [{ step: 1, text: 'größe' }, { step: 2, layers: [{ name: 'a' }, { name: 'b' }] }, { step: 3, loss: 0.25 }];
    const content = Buffer.from(rows.map(row => `${JSON.stringify(row)}\n`).join(''));
    const ends = rows.map((_, index) => Buffer.byteLength(rows.slice(0, index + 1).map(row => `${JSON.stringify(row)}\n`).join('')));
    for (let length = 0; length <= content.length; length++) {
      writeFileSync(path, content.subarray(0, length));
      // A row is whole when at most its line end is missing.
      const whole = ends.filter(end => length >= end - 1).length;
      const cut = whole === 0 ? length > 0 : length > ends[whole - 1]!;
      expect(readJsonl(path)).toEqual({ rows: rows.slice(0, whole), damaged: cut ? [{ line: whole + 1, reason: 'the last line is cut' }] : [] });
      appendLine(path, { step: 9 });
      expect(readJsonl(path)).toEqual({ rows: [...rows.slice(0, whole), { step: 9 }], damaged: [] });
    }
  });

  it('reports fused rows, zero bytes, empty lines and other values by line, and keeps the rows around them', () => {
    const path = folder.path('damaged.jsonl');
    writeFileSync(path, `{"step":1}\n{"step":2, "lo{"step":3}\n{"step":4}\n${'\0'.repeat(64)}{"step":5}\n\n[6]\n{"st\0p":7}\n${'\0'.repeat(8)}\n{"step":8}\n`);
    const { rows, damaged } = readJsonl(path);
    expect(rows).toEqual([{ step: 1 }, { step: 4 }, { step: 5 }, { step: 8 }]);
    expect(damaged).toEqual([
      { line: 2, reason: 'no JSON object; perhaps a cut row and the next one in one line' },
      { line: 4, reason: '64 zero bytes before the row' },
      { line: 5, reason: 'an empty line' },
      { line: 6, reason: 'no JSON object' },
      { line: 7, reason: 'zero bytes inside the line' },
      { line: 8, reason: '8 zero bytes' },
    ]);
  });

  it('reports rows that the parser refuses with its message', () => {
    const path = folder.path('parsed.jsonl');
    writeFileSync(path, '{"step":1}\n{"stop":2}\n');
    const parse = (value: unknown): number => {
      if (typeof value === 'object' && value !== null && 'step' in value && typeof value.step === 'number') return value.step;
      throw new Error('step: expected a number, found nothing');
    };
    expect(readJsonl(path, parse)).toEqual({ rows: [1], damaged: [{ line: 2, reason: 'step: expected a number, found nothing' }] });
  });

  it('names a file that does not exist', () => {
    expect(() => readJsonl(folder.path('none.jsonl'))).toThrow('none.jsonl: there is no such file');
  });
});

describe('lastJsonlRow', () => {
  it('is the last row that readJsonl finds, wherever the log is damaged', () => {
    const path = folder.path('last.jsonl');
    const line = fc.oneof(
      jsonRow.map(row => JSON.stringify(row)), fc.constantFrom('', '\0\0', '\0{"a": 1}', '{"cut', '[1]', '{"refused": true}', '{"a": 1}{"b": 2}'),
      // Longer than what is read at first.
      fc.constantFrom(`{"long": "${'x'.repeat(40_000)}"}`, 'y'.repeat(20_000)),
    );
    const parse = (row: unknown): unknown => {
      if (Object.hasOwn(row as object, 'refused')) throw new Error('refused');
      return row;
    };
    fc.assert(fc.property(fc.array(line), fc.boolean(), (lines, ended) => {
      writeFileSync(path, lines.join('\n') + (ended ? '\n' : ''));
      const { rows } = readJsonl(path, parse);
      const last = lastJsonlRow(path, parse);
      expect(last?.row).toEqual(rows.at(-1));
      if (last !== null) expect(readJsonl(path, parse, last.end).rows).toEqual(rows);
    }), { numRuns: 300 });
  });
});

describe('repairJsonl', () => {
  it('removes zero bytes from the end, says how many bytes went, and touches nothing else', () => {
    const path = folder.path('repair.jsonl');
    writeFileSync(path, `{"step":1}\nbad\n{"step":2}\n${'\0'.repeat(64)}`);
    expect(repairJsonl(path)).toBe(64);
    expect(repairJsonl(path)).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe('{"step":1}\nbad\n{"step":2}\n');
    expect(repairJsonl(folder.path('never-written.jsonl'))).toBe(0);
  });
});

describe('JsonlWriter', () => {
  it('refuses numbers that JSON would turn into null, and writes nothing of that row', () => {
    const path = folder.path('finite.jsonl');
    appendLine(path, { step: 1 });
    expect(() => { appendLine(path, { step: 2, layers: [{ scale: NaN }] }); }).toThrow('scale: expected a finite number for a JSON row, found NaN');
    expect(() => { appendLine(path, { loss: -Infinity }); }).toThrow('loss: expected a finite number');
    expect(readJsonl(path)).toEqual({ rows: [{ step: 1 }], damaged: [] });
  });

  it('starts on a line of its own after a cut one', () => {
    const path = folder.path('resume.jsonl');
    appendLine(path, { step: 1 });
    appendFileSync(path, '{"step": 2, "lo');
    const writer = new JsonlWriter(path);
    writer.append({ step: 2 });
    writer.sync();
    writer.close();
    expect(readFileSync(path, 'utf8')).toBe('{"step":1}\n{"step":2}\n');
  });
});

describe('latestRows', () => {
  it('counts each key once, with its last row at the first place', () => {
    const rows = [['step', 1, 0.9], ['evaluation', 1, 0.5], ['step', 2, 0.8], ['step', 1, 0.7], ['step', 3, 0.6]] as const;
    expect(latestRows(rows, ([kind, step]) => `${kind} ${step}`)).toEqual([
      ['step', 1, 0.7], ['evaluation', 1, 0.5], ['step', 2, 0.8], ['step', 3, 0.6],
    ]);
  });
});
