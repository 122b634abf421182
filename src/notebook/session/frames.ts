const headerBytes = 8;

/**
 * A message between the session and its process: the lengths of its JSON and of its body in four bytes each, the JSON, the body.
 *
 * @param body text that the receiver gets as bytes, unread
 */
export function encodeFrame(message: object, body = ''): Buffer {
  const json = JSON.stringify(message);
  const length = Buffer.byteLength(json);
  const bodyLength = Buffer.byteLength(body);
  const frame = Buffer.allocUnsafe(headerBytes + length + bodyLength);
  frame.writeUInt32LE(length);
  frame.writeUInt32LE(bodyLength, 4);
  frame.write(json, headerBytes);
  frame.write(body, headerBytes + length);
  return frame;
}

/** Puts messages together from the pieces in which a pipe delivers them. */
export class FrameReader<Message> {
  readonly #receive: (message: Message, body: Buffer) => void;
  #pieces: Buffer[] = [];
  #size = 0;

  constructor(receive: (message: Message, body: Buffer) => void) {
    this.#receive = receive;
  }

  push(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#size += piece.length;
    for (let lengths = this.#nextLengths(); lengths !== null && this.#size >= lengths.end; lengths = this.#nextLengths()) {
      const bytes = this.#join();
      const { json, end } = lengths;
      this.#pieces = bytes.length > end ? [bytes.subarray(end)] : [];
      this.#size = bytes.length - end;
      this.#receive(JSON.parse(bytes.toString('utf8', headerBytes, json)) as Message, bytes.subarray(json, end));
    }
  }

  /** Where the JSON and the body of the next message end. */
  #nextLengths(): { json: number; end: number } | null {
    if (this.#size < headerBytes) return null;
    if (this.#pieces[0]!.length < headerBytes) this.#join();
    const json = headerBytes + this.#pieces[0]!.readUInt32LE();
    return { json, end: json + this.#pieces[0]!.readUInt32LE(4) };
  }

  #join(): Buffer {
    if (this.#pieces.length > 1) this.#pieces = [Buffer.concat(this.#pieces)];
    return this.#pieces[0]!;
  }
}
