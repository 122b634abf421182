import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSafetensors, readSafetensors, safetensorsArrays, toFloat32, toHalf, writeSafetensors, type SafetensorsDtype, type SafetensorsTensor } from '../../src/io/index.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder();

function write(name: string, header: string | Uint8Array, data: Uint8Array = new Uint8Array(0), length?: bigint): string {
  const bytes = Buffer.from(header);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(length ?? BigInt(bytes.length));
  const path = folder.path(name);
  writeFileSync(path, Buffer.concat([prefix, bytes, data]));
  return path;
}

const dtypes = Object.keys(safetensorsArrays) as SafetensorsDtype[];
const tensor = fc.tuple(fc.constantFrom(...dtypes), fc.array(fc.nat(4), { maxLength: 3 }), fc.infiniteStream(fc.nat(255)))
  .map(([dtype, shape, bytes]): SafetensorsTensor => {
    const Values = safetensorsArrays[dtype];
    const count = shape.reduce((product, size) => product * size, 1);
    return { dtype, shape, data: new Values(Uint8Array.from({ length: count * Values.BYTES_PER_ELEMENT }, () => bytes.next().value as number).buffer) };
  });
const tensors = fc.dictionary(fc.string().filter(name => name !== '__metadata__'), tensor, { maxKeys: 6, noNullPrototype: true })
  .map(dictionary => new Map(Object.entries(dictionary)));
const metadata = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3, noNullPrototype: true });

const bits = ({ data }: SafetensorsTensor): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

describe('writeSafetensors and readSafetensors', () => {
  it('round-trip every bit of every type, shape and name', () => {
    const path = folder.path('round-trip.safetensors');
    fc.assert(fc.property(tensors, metadata, (written, texts) => {
      writeSafetensors(path, written, texts);
      const read = readSafetensors(path);
      expect(read.metadata).toEqual(texts);
      expect([...read.tensors.keys()].sort()).toEqual([...written.keys()].sort());
      for (const [name, expected] of written) {
        const found = read.tensors.get(name)!;
        expect(found.dtype).toBe(expected.dtype);
        expect(found.shape).toEqual(expected.shape);
        expect(bits(found).equals(bits(expected))).toBe(true);
      }
    }), { numRuns: 100 });
  });

  it('writes the same bytes for the same content, in whatever order it comes', () => {
    const [a, b] = [folder.path('a.safetensors'), folder.path('b.safetensors')];
    fc.assert(fc.property(tensors, metadata, (written, texts) => {
      writeSafetensors(a, written, texts);
      writeSafetensors(b, new Map([...written].reverse()), Object.fromEntries(Object.entries(texts).reverse()));
      expect(readFileSync(a).equals(readFileSync(b))).toBe(true);
    }), { numRuns: 50 });
  });

  it('aligns all data to 8 bytes, so that others can map the file', () => {
    const path = folder.path('aligned.safetensors');
    writeSafetensors(path, new Map<string, SafetensorsTensor>([
      ['a', { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) }],
      ['b', { dtype: 'F64', shape: [], data: Float64Array.of(1) }],
      ['c', { dtype: 'F32', shape: [1], data: Float32Array.of(1) }],
    ]));
    const bytes = readFileSync(path);
    expect(Number(bytes.readBigUInt64LE()) % 8).toBe(0);
    expect([...readSafetensors(path).tensors.keys()]).toEqual(['b', 'c', 'a']);
  });

  it('writes views of larger buffers', () => {
    const path = folder.path('view.safetensors');
    writeSafetensors(path, new Map([['w', { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2, 3, 4).subarray(1, 3) }]]));
    expect(readSafetensors(path).tensors.get('w')!.data).toEqual(Float32Array.of(2, 3));
  });

  it('never rounds 64-bit integers', () => {
    const path = folder.path('i64.safetensors');
    writeSafetensors(path, new Map([['i', { dtype: 'I64', shape: [1], data: BigInt64Array.of(2n ** 53n + 1n) }]]));
    expect(readSafetensors(path).tensors.get('i')!.data).toEqual(BigInt64Array.of(9007199254740993n));
  });

  it('refuses to write arrays that do not fit, and leaves the file as it was', () => {
    const path = folder.path('kept.safetensors');
    writeSafetensors(path, new Map());
    const kept = readFileSync(path);
    const attempt = (name: string, value: SafetensorsTensor) => () => { writeSafetensors(path, new Map([[name, value]])); };
    expect(attempt('w', { dtype: 'F32', shape: [2], data: Float64Array.of(1, 2) })).toThrow('tensor "w": expected a Float32Array for F32, found Float64Array');
    expect(attempt('w', { dtype: 'F32', shape: [3], data: Float32Array.of(1, 2) })).toThrow('tensor "w": expected 3 values for shape [3], found 2');
    expect(attempt('__metadata__', { dtype: 'U8', shape: [0], data: new Uint8Array(0) })).toThrow('the name is reserved');
    expect(readFileSync(path).equals(kept)).toBe(true);
  });
});

describe('readSafetensors', () => {
  const entry = (dtype: string, shape: number[], offsets: number[]): string => JSON.stringify({ dtype, shape, data_offsets: offsets });

  it.each<[string, string, number, string]>([
    ['a gap', `{"a":${entry('U8', [2], [0, 2])},"b":${entry('U8', [2], [3, 5])}}`, 5, 'tensor "b": expected its data to start at byte 2'],
    ['an overlap', `{"a":${entry('U8', [2], [0, 2])},"b":${entry('U8', [2], [1, 3])}}`, 3, 'tensor "b": expected its data to start at byte 2'],
    ['a gap at the start', `{"a":${entry('U8', [2], [1, 3])}}`, 3, 'expected its data to start at byte 0'],
    ['bytes after the last tensor', `{"a":${entry('U8', [2], [0, 2])}}`, 6, 'found 67: the file is longer than its tensors'],
    ['begin after end', `{"a":${entry('U8', [8], [8, 0])}}`, 8, 'tensor "a": expected data_offsets [begin, end] with begin <= end, found [8,0]'],
    ['negative offsets', `{"a":${entry('U8', [0], [-1, -1])}}`, 0, 'tensor "a": expected data_offsets'],
    ['a fractional dimension', `{"a":${entry('U8', [0.5, 2], [0, 1])}}`, 1, 'tensor "a": expected a shape of non-negative integers'],
    ['a shape whose product overflows', `{"a":${entry('U8', [2 ** 40, 2 ** 40], [0, 0])}}`, 0, 'tensor "a": expected NaN bytes'],
    ['an unknown type', `{"größe":${entry('F8_E4M3', [2], [0, 2])}}`, 2, 'tensor "größe": expected a dtype of F64, F32'],
    ['a name twice', `{"a":${entry('U8', [1], [0, 1])},"\\u0061":${entry('U8', [1], [1, 2])}}`, 2, 'expected unique names in the header, found "a" twice'],
    ['a field twice', '{"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}', 1, 'found "dtype" twice'],
    ['metadata that is no text', '{"__metadata__":{"n":1}}', 0, 'expected a string as __metadata__.n, found 1'],
    ['a tensor that is no object', '{"a":7}', 0, 'tensor "a": expected an object with dtype, shape and data_offsets, found 7'],
    ['a header that is no object', '[1]', 0, 'expected a JSON object as header'],
    ['a header that is no JSON', '{"a":', 0, 'expected a JSON header'],
  ])('refuses %s', (_, header, dataBytes, message) => {
    const path = write('refused.safetensors', header, new Uint8Array(dataBytes));
    expect(() => readSafetensors(path)).toThrow(message);
    expect(() => readSafetensors(path)).toThrow(path);
  });

  it('reads long texts in its metadata, with quotes and braces in them', () => {
    const path = folder.path('metadata.safetensors');
    const text = JSON.stringify({ notes: '{"a":1,"a":2}\\'.repeat(200_000) });
    writeSafetensors(path, new Map(), { text, notes: '' });
    expect(readSafetensors(path).metadata.text === text).toBe(true);
  });

  it('refuses a header that is no UTF-8', () => {
    expect(() => readSafetensors(write('latin1.safetensors', Uint8Array.of(0x7b, 0xff, 0x7d)))).toThrow('expected a JSON header');
  });

  it('compares the header length with the file and the format\'s limit before it takes memory', () => {
    for (const length of [13n, 2n ** 40n, 2n ** 64n - 1n]) {
      expect(() => readSafetensors(write('long.safetensors', '{}', new Uint8Array(10), length))).toThrow(`expected a header of at most 12 bytes, found a length of ${length}`);
    }
  });

  it('gives the same from bytes in memory, wherever they start, in buffers of their own', () => {
    const path = folder.path('bytes.safetensors');
    writeSafetensors(path, new Map([['x', { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) }]]), { a: 'b' });
    const shifted = Buffer.concat([Buffer.from('x'), readFileSync(path)]).subarray(1);
    const parsed = parseSafetensors(shifted, 'the model');
    expect(parsed).toEqual(readSafetensors(path));
    shifted.fill(0);
    expect(parsed.tensors.get('x')!.data).toEqual(Float32Array.of(1, 2));
    expect(() => parseSafetensors(readFileSync(path).subarray(0, 90), 'the model')).toThrow(/^the model: expected \d+ bytes/);
    expect(() => parseSafetensors(new Uint8Array(0), 'the model')).toThrow(/^the model: expected a safetensors file, found an empty file/);
  });

  it('knows a web page, a zip archive, a folder and a file of a few bytes', () => {
    const path = folder.path('wrong.safetensors');
    const reading = (content: string) => () => {
      writeFileSync(path, content);
      return readSafetensors(path);
    };
    expect(reading('\n<!doctype html><p>404')).toThrow('found an HTML page');
    expect(reading('PK\x03\x04....')).toThrow('found a zip archive');
    expect(reading('abc')).toThrow('of at least 8 bytes, found 3');
    expect(() => readSafetensors(folder.path('.'))).toThrow('expected a file, found a folder');
  });

  it('refuses cut files at every length, and never gives tensors that do not cover the file after any byte changed', () => {
    const path = folder.path('good.safetensors');
    const changed = folder.path('changed.safetensors');
    fc.assert(fc.property(tensors, fc.nat(), fc.integer({ min: 1, max: 255 }), (written, place, flip) => {
      writeSafetensors(path, written);
      const bytes = readFileSync(path);
      writeFileSync(changed, bytes.subarray(0, place % bytes.length));
      expect(() => readSafetensors(changed)).toThrow(changed);
      bytes[place % bytes.length]! ^= flip;
      writeFileSync(changed, bytes);
      try {
        const read = [...readSafetensors(changed).tensors.values()];
        const dataBytes = bytes.length - 8 - Number(bytes.readBigUInt64LE());
        expect(read.reduce((sum, { data }) => sum + data.byteLength, 0)).toBe(dataBytes);
        for (const { shape, data } of read) expect(data.length).toBe(shape.reduce((product, size) => product * size, 1));
      } catch (error) {
        expect((error as Error).message).toContain(changed);
      }
    }), { numRuns: 200 });
  });
});

describe('toFloat32', () => {
  it('widens every float16 as CPython does', () => {
    const all = Uint16Array.from({ length: 65536 }, (_, value) => value);
    const values = toFloat32({ dtype: 'F16', shape: [65536], data: all });
    const numbers = values.filter(value => !Number.isNaN(value));
    expect(numbers.length).toBe(63490);
    // SHA-256 of struct.unpack('<65536e', every pattern) without NaNs, packed as float32, by CPython's struct module.
    expect(createHash('sha256').update(new Uint8Array(numbers.buffer, 0, numbers.byteLength)).digest('hex')).toBe('680bbc22915f61aa1bbfc7265bc3882a6aa42d299bfd2c571807196e5544de2e');
    expect(values.every((value, half) => Number.isNaN(value) === ((half & 0x7fff) > 0x7c00))).toBe(true);
  });

  it('puts bfloat16 into the upper half of a float32, and keeps NaN', () => {
    const data = Uint16Array.of(0x3f80, 0xc020, 0x4049, 0x0001, 0x7f80, 0x7fc0);
    expect([...toFloat32({ dtype: 'BF16', shape: [6], data })]).toEqual([1, -2.5, 3.140625, 9.183549615799121e-41, Infinity, NaN]);
  });

  it('refuses types that it would have to round', () => {
    expect(() => toFloat32({ dtype: 'I64', shape: [1], data: BigInt64Array.of(1n) })).toThrow('expected F32, F16 or BF16 to be read as float32, found I64');
    expect(() => toFloat32({ dtype: 'U16', shape: [1], data: Uint16Array.of(1) })).toThrow('found U16');
  });
});

describe('toHalf', () => {
  const all = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
  const values = toFloat32({ dtype: 'F16', shape: [65536], data: all });

  it('gives back every value that is one', () => {
    const numbers = all.filter(bits => !Number.isNaN(values[bits]));
    expect(toHalf(Float32Array.from(numbers, bits => values[bits]!))).toEqual(numbers);
  });

  it('rounds to the nearest, and halfway to the even one: next to the middle of every pair of neighbours', () => {
    // Float32 has 13 more bits: the middle and its own neighbours are exact.
    for (let bits = 0; bits < 0x7bff; bits++) {
      const middle = (values[bits]! + values[bits + 1]!) / 2;
      const step = (values[bits + 1]! - values[bits]!) / 8;
      expect([...toHalf(Float32Array.of(middle - step, middle, middle + step, -middle))])
        .toEqual([bits, bits + (bits & 1), bits + 1, 0x8000 + bits + (bits & 1)]);
    }
  });

  it('has infinities for what is too large, and keeps NaN', () => {
    expect([...toHalf(Float32Array.of(65519, 65520, -1e30, Infinity, NaN))]).toEqual([0x7bff, 0x7c00, 0xfc00, 0x7c00, 0x7e00]);
  });
});
