import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameReader } from '../../../src/notebook/session/frames.js';
import { fenceMark } from '../../../src/notebook/session/messages.js';
import { RawStream } from '../../../src/notebook/session/raw-stream.js';

/** Cuts bytes at arbitrary places. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map(cut => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((start, index) => bytes.subarray(start, places[index] ?? bytes.length));
}

const cuts = fc.array(fc.nat(), { maxLength: 8 });

describe('RawStream', () => {
  it('gives the texts back, each before its fence, wherever the pieces are cut', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 4 }), cuts, (texts, places) => {
      const shown = [''];
      const stream = new RawStream(text => { shown.push(shown.pop()! + text); }, () => { shown.push(''); });
      const bytes = Buffer.from(texts.map(text => text + fenceMark).join(''));
      for (const piece of pieces(bytes, places)) stream.push(piece);
      stream.end();
      expect(shown).toEqual([...texts.map(text => Buffer.from(text).toString()), '']);
    }));
  });
});

describe('FrameReader', () => {
  it('gives every message and its body back, wherever the pieces are cut', () => {
    const frame = fc.record({ text: fc.string({ unit: 'binary' }), body: fc.string({ unit: 'grapheme' }) });
    fc.assert(fc.property(fc.array(frame), cuts, (frames, places) => {
      const received: unknown[] = [];
      const reader = new FrameReader<{ text: string }>(({ text }, body) => { received.push({ text, body: body.toString() }); });
      for (const piece of pieces(Buffer.concat(frames.map(({ text, body }) => encodeFrame({ text }, body))), places)) reader.push(piece);
      expect(received).toEqual(JSON.parse(JSON.stringify(frames)));
    }));
  });
});
