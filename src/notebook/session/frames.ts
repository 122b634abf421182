const headerBytes = 4;

/** A message between the session and its process: the length of its JSON in four bytes, then the JSON. */
export function encodeFrame(message: object): Buffer {
  const json = JSON.stringify(message);
  const length = Buffer.byteLength(json);
  const frame = Buffer.allocUnsafe(headerBytes + length);
  frame.writeUInt32LE(length);
  frame.write(json, headerBytes);
  return frame;
}

/** Puts messages together from the pieces in which a pipe delivers them. */
export class FrameReader<Message> {
  readonly #receive: (message: Message) => void;
  #pieces: Buffer[] = [];
  #size = 0;

  constructor(receive: (message: Message) => void) {
    this.#receive = receive;
  }

  push(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#size += piece.length;
    for (let length = this.#nextLength(); length !== null && this.#size >= headerBytes + length; length = this.#nextLength()) {
      const bytes = this.#join();
      const end = headerBytes + length;
      this.#pieces = bytes.length > end ? [bytes.subarray(end)] : [];
      this.#size = bytes.length - end;
      this.#receive(JSON.parse(bytes.toString('utf8', headerBytes, end)) as Message);
    }
  }

  #nextLength(): number | null {
    if (this.#size < headerBytes) return null;
    if (this.#pieces[0]!.length < headerBytes) this.#join();
    return this.#pieces[0]!.readUInt32LE();
  }

  #join(): Buffer {
    if (this.#pieces.length > 1) this.#pieces = [Buffer.concat(this.#pieces)];
    return this.#pieces[0]!;
  }
}
