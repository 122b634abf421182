import { createHmac, createSecretKey, getHashes, randomUUID, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { Json } from '../session/index.js';

/** A JSON object. */
export type JsonObject = Readonly<Record<string, Json>>;

/** Version of Jupyter's messaging protocol that this kernel speaks. */
export const protocolVersion = '5.3';

/** A message that was received, its signature checked. */
export interface Message {
  /** Routing frames of the sender, to be put before the answer. */
  readonly identities: readonly Buffer[];
  readonly id: string;
  readonly type: string;
  /** The header as it came: answers carry it as `parent_header`, unchanged. */
  readonly header: JsonObject;
  readonly parentHeader: JsonObject;
  readonly metadata: JsonObject;
  readonly content: JsonObject;
  readonly buffers: readonly Buffer[];
}

/** What a message to be sent says; the header is made anew for each. */
export interface Outgoing {
  /** A fresh one when left out. */
  readonly id?: string;
  readonly type: string;
  /** An object, or its JSON in UTF-8. */
  readonly content: JsonObject | Buffer;
  /** Header of the request that caused it; empty where there is none. */
  readonly parentHeader: JsonObject;
  readonly metadata?: JsonObject;
}

const delimiter = Buffer.from('<IDS|MSG>');

/** Turns messages into signed frames and back. */
export class MessageCodec {
  /** Of a text, Node would make one for each message. */
  readonly #key: KeyObject | null;
  readonly #digest: string;
  readonly #session = randomUUID();

  /**
   * @param key empty: nothing is signed and no signature is checked
   * @param scheme `hmac-sha256`, or with another digest that Node knows
   * @throws Error when the scheme is none of these
   */
  constructor(key: string, scheme: string) {
    this.#key = key === '' ? null : createSecretKey(key, 'utf8');
    this.#digest = scheme.replace(/^hmac-/, '');
    if (!scheme.startsWith('hmac-') || !getHashes().includes(this.#digest)) {
      throw new Error(`signature_scheme: expected hmac-sha256 or hmac- with another digest, found ${scheme}`);
    }
  }

  /** Frames from the delimiter on: `<IDS|MSG>`, signature, header, parent header, metadata, content. */
  encode(message: Outgoing): Buffer[] {
    const header = {
      msg_id: message.id ?? randomUUID(), session: this.#session, username: 'kernel', date: new Date().toISOString(),
      msg_type: message.type, version: protocolVersion,
    };
    const parts = [header, message.parentHeader, message.metadata ?? {}, message.content].map(part => (Buffer.isBuffer(part) ? part : Buffer.from(JSON.stringify(part))));
    return [delimiter, Buffer.from(this.#sign(parts)), ...parts];
  }

  /** @throws Error one sentence that says what is wrong with the frames; nothing is to be answered then */
  decode(frames: readonly Buffer[]): Message {
    const start = frames.findIndex(frame => frame.equals(delimiter));
    if (start === -1) throw new Error('no <IDS|MSG> frame');
    const [signature, ...rest] = frames.slice(start + 1);
    const parts = rest.slice(0, 4);
    if (signature === undefined || parts.length < 4) throw new Error(`expected a signature and 4 parts after <IDS|MSG>, found ${frames.length - start - 1} frames`);
    const expected = Buffer.from(this.#sign(parts));
    // The length is no secret; the digits are compared in constant time.
    if (this.#key !== null && (expected.length !== signature.length || !timingSafeEqual(expected, signature))) throw new Error('wrong signature');
    const [header, parentHeader, metadata, content] = parts.map(parseObject) as [JsonObject, JsonObject, JsonObject, JsonObject];
    if (typeof header.msg_type !== 'string' || typeof header.msg_id !== 'string') throw new Error('expected msg_type and msg_id in the header');
    return {
      identities: frames.slice(0, start), id: header.msg_id, type: header.msg_type, header, parentHeader, metadata, content, buffers: rest.slice(4),
    };
  }

  #sign(parts: readonly Buffer[]): string {
    if (this.#key === null) return '';
    const hmac = createHmac(this.#digest, this.#key);
    for (const part of parts) hmac.update(part);
    return hmac.digest('hex');
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parseObject(part: Buffer): JsonObject {
  const value = JSON.parse(utf8.decode(part)) as Json;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('expected JSON objects');
  return value as JsonObject;
}
