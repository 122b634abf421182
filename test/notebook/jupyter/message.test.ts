import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MessageCodec } from '../../../src/notebook/jupyter/message.js';

const delimiter = Buffer.from('<IDS|MSG>');
const header = { msg_id: 'm', msg_type: 'execute_request', session: 'of the client', username: 'Ada', date: '2024-01-01T00:00:00Z', version: '5.3', more: { deep: ['ß😀', null] } };
const parts = [header, {}, {}, { code: '1' }].map(part => Buffer.from(JSON.stringify(part)));
const signature = (key: string, digest = 'sha256'): Buffer => Buffer.from(createHmac(digest, key).update(Buffer.concat(parts)).digest('hex'));
const json = (frame: Buffer | undefined): unknown => JSON.parse(String(frame));

describe('MessageCodec', () => {
  it('reads what a client has signed, with the frames of its address before and raw buffers behind, which are not signed', () => {
    const [address, buffer] = [Buffer.from([0, 255, 1]), Buffer.from([1, 0, 254])];
    expect(new MessageCodec('k', 'hmac-sha256').decode([address, delimiter, signature('k'), ...parts, buffer])).toEqual({
      identities: [address], id: 'm', type: 'execute_request', header, parentHeader: {}, metadata: {}, content: { code: '1' }, buffers: [buffer],
    });
  });

  it('signs the four parts of its own, with the digest of the scheme', () => {
    for (const digest of ['sha256', 'sha512']) {
      const [mark, signed, ...rest] = new MessageCodec('k', `hmac-${digest}`).encode({ type: 'status', content: { a: 1 }, parentHeader: header });
      expect(mark).toEqual(delimiter);
      expect(rest).toHaveLength(4);
      expect(String(signed)).toBe(createHmac(digest, 'k').update(Buffer.concat(rest)).digest('hex'));
    }
  });

  it('signs and checks nothing where the key is empty', () => {
    const codec = new MessageCodec('', 'hmac-sha256');
    expect(codec.encode({ type: 'status', content: {}, parentHeader: {} })[1]).toHaveLength(0);
    for (const any of ['', 'abc']) expect(codec.decode([delimiter, Buffer.from(any), ...parts]).id).toBe('m');
  });

  it('gives each message an id of its own, its own session, the time with its zone, and the header that it answers as that came', () => {
    const codec = new MessageCodec('k', 'hmac-sha256');
    const frames = Array.from({ length: 3 }, () => codec.encode({ type: 'status', content: {}, parentHeader: header }));
    const headers = frames.map(([, , own]) => json(own) as Record<string, string>);
    expect(new Set(headers.map(({ msg_id: id }) => id)).size).toBe(3);
    expect(new Set(headers.map(({ session }) => session)).size).toBe(1);
    expect(headers[0]!.session).not.toBe(header.session);
    expect(headers[0]).toMatchObject({ msg_type: 'status', version: expect.stringMatching(/^5\.[3-9]/) as string });
    expect(new Date(headers[0]!.date!).toISOString()).toBe(headers[0]!.date);
    expect(json(frames[0]![3])).toEqual(header);
  });

  it.each([
    ['no delimiter', [Buffer.from('nonsense')], 'no <IDS|MSG> frame'],
    ['parts that are missing', [delimiter, signature('k'), ...parts.slice(0, 3)], 'expected a signature and 4 parts after <IDS|MSG>, found 4 frames'],
    ['a wrong signature', [delimiter, signature('other'), ...parts], 'wrong signature'],
    ['a signature of another length', [delimiter, Buffer.from('abc'), ...parts], 'wrong signature'],
    ['a part that was changed', [delimiter, signature('k'), ...parts.slice(0, 3), Buffer.from('{"code":"2"}')], 'wrong signature'],
  ])('refuses %s', (_, frames, message) => {
    expect(() => new MessageCodec('k', 'hmac-sha256').decode(frames)).toThrow(message);
  });

  it.each([
    ['half of an object', '{', /JSON/], ['a list', '[]', /expected JSON objects/], ['null', 'null', /expected JSON objects/],
    ['bytes that are no UTF-8', Buffer.from([123, 34, 255, 34, 58, 49, 125]), /encoded data was not valid/], ['a header without type', '{"msg_id": "m"}', /expected msg_type and msg_id/],
  ])('refuses %s in place of the header', (_, text, message) => {
    expect(() => new MessageCodec('', 'hmac-sha256').decode([delimiter, Buffer.from(''), Buffer.from(text), ...parts.slice(1)])).toThrow(message);
  });

  it.each(['hmac-sha999', 'sha256', ''])('refuses the scheme %j', scheme => {
    expect(() => new MessageCodec('k', scheme)).toThrow(/signature_scheme: expected hmac-sha256 .* found/);
  });
});
