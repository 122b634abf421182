import { copyFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { appendLine, latestRows, readCsv, readJsonl, readSafetensors, toFloat32, type CsvSchema } from '../../src/io/index.js';
import { cases, casePath, numbers } from '../fixtures/cases.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder();

/** What the error has to say beside the path. */
const reasons: Readonly<Record<string, RegExp>> = {
  'safetensors-truncated-data': /expected \d+ bytes .* found \d+: the file is cut, download it again/,
  'safetensors-empty-file': /an empty file \(0 bytes\)/,
  'safetensors-lfs-pointer': /a Git LFS pointer.*fetch the real file/,
  'safetensors-shape-mismatch': /tensor "w": expected 12 bytes for shape \[3\] of F32, found 8/,
};

describe('awkward safetensors files', () => {
  it.each(cases('safetensors'))('$path: $right', ({ id, path, expect: expected, tensors = {}, shapes = {} }) => {
    const file = casePath(path);
    if (expected === 'reject') {
      expect(() => readSafetensors(file)).toThrow(reasons[id]);
      expect(() => readSafetensors(file)).toThrow(file);
      return;
    }
    const read = readSafetensors(file).tensors;
    expect([...read.keys()].sort()).toEqual(Object.keys(tensors).sort());
    for (const [name, tensor] of read) {
      const values = tensor.dtype === 'U8' ? tensor.data : toFloat32(tensor);
      expect([...values]).toEqual(numbers(tensors[name]));
      if (shapes[name]) expect(tensor.shape).toEqual(shapes[name]);
    }
  });

  it('metadata can be read without any tensor', () => {
    expect(readSafetensors(casePath('safetensors/metadata-only.safetensors')).metadata).toEqual({ crc: '12' });
  });
});

describe('awkward CSV files', () => {
  it.each(cases('csv'))('$path: $right', ({ path, columns = {} }) => {
    const schema: CsvSchema = Object.fromEntries(Object.keys(columns).map(name => [name, 'number']));
    const { columns: names, rows } = readCsv(casePath(path), schema);
    expect(Object.fromEntries(names.map(name => [name, rows.map(row => row[name])]))).toEqual(columns);
  });
});

describe('awkward step logs', () => {
  it.each(cases('run'))('$path: $right', ({ path, rows: count, steps, losses }) => {
    const parse = (value: unknown): { step: number; loss: number } => value as { step: number; loss: number };
    const { rows, damaged } = readJsonl(casePath(path), parse);
    if (count !== undefined) {
      expect(rows.length).toBe(count);
      expect(damaged).toEqual([{ line: count + 1, reason: 'the last line is cut' }]);
      const copy = folder.path('resumed.jsonl');
      copyFileSync(casePath(path), copy);
      appendLine(copy, { step: 3, loss: 0.7 });
      expect(readJsonl(copy)).toEqual({ rows: [...rows, { step: 3, loss: 0.7 }], damaged: [] });
    } else {
      expect(damaged).toEqual([]);
      const latest = latestRows(rows, row => row.step);
      expect(latest.map(row => row.step)).toEqual(steps);
      expect(latest.map(row => row.loss)).toEqual(losses);
    }
  });
});
