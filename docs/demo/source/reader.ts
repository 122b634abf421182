import { attentionRollout, normalizationTable, PackedModel, parsePackedFile, type EngineLibrary } from '../../../src/inference/browser.js';

/** What a model says of a digit. */
export interface Reading {
  /** Softmax over the logits, by class. */
  readonly probabilities: readonly number[];
  readonly digit: number;
  /** Attention rollout over the patches. */
  readonly attention: Float32Array;
}

/** A packed model that reads digits. */
export class Reader {
  /** Of its file. */
  readonly bytes: number;
  readonly #model: PackedModel;
  readonly #table: Float32Array;

  constructor(file: Uint8Array, name: string, engine: EngineLibrary) {
    this.bytes = file.length;
    this.#model = PackedModel.from(parsePackedFile(file, name), engine);
    const { preprocessing } = this.#model.info;
    if (preprocessing === null) throw new Error(`${name}: expected it to say how pixels are normalised, found nothing`);
    this.#table = normalizationTable(preprocessing.normalization, 1);
  }

  /** @param pixels `[28 · 28]`, 0 to 255 */
  read(pixels: Uint8Array): Reading {
    const input = this.input(pixels);
    const logits = this.#model.run(input);
    const largest = Math.max(...logits);
    const weights = Array.from(logits, logit => Math.exp(logit - largest));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { probabilities: weights.map(weight => weight / sum), digit: logits.indexOf(largest), attention: attentionRollout(this.#model, input) };
  }

  /** What the model takes. */
  input(pixels: Uint8Array): Float32Array {
    return Float32Array.from(pixels, value => this.#table[value]!);
  }

  /** Milliseconds of so many runs. */
  time(input: Float32Array, runs: number): number {
    const start = performance.now();
    for (let run = 0; run < runs; run++) this.#model.run(input);
    return performance.now() - start;
  }
}

/** Browsers tell the time in steps of up to a tenth of a millisecond: so many runs take some of them. */
const runsPerRound = 20;
const rounds = 15;

/** Milliseconds of one run of each reader: the median of rounds in which they take turns, so that both meet the same machine. */
export function timesOf(readers: readonly Reader[], pixels: Uint8Array): number[] {
  const inputs = readers.map(reader => reader.input(pixels));
  const times = Array.from({ length: rounds }, () => readers.map((reader, index) => reader.time(inputs[index]!, runsPerRound) / runsPerRound));
  return readers.map((_, index) => times.map(round => round[index]!).sort((a, b) => a - b)[rounds >> 1]!);
}
