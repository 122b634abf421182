import type { CellError, ExecuteOptions } from './types.js';

/** The cell whose turn it is, from the moment it is converted to its end. */
export class CurrentCell {
  /** Its number in the session's process. */
  readonly run: number;
  /** Error of the cell, `null` when it succeeds. */
  readonly ended: Promise<CellError | null>;
  readonly #input: ExecuteOptions['input'];
  /** Made when one is asked: an abort that nobody listens to costs 0.1 ms. */
  #questions: AbortController | null = null;
  #settle: (error: CellError | null) => void = () => undefined;
  #isEnded = false;

  constructor(run: number, input: ExecuteOptions['input']) {
    this.run = run;
    this.#input = input;
    this.ended = new Promise(resolve => { this.#settle = resolve; });
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  get canAsk(): boolean {
    return this.#input !== undefined;
  }

  /** The first call counts. */
  end(error: CellError | null): void {
    this.#isEnded = true;
    this.#questions?.abort();
    this.#settle(error);
  }

  /** Passes a question of the cell's code on to the person. */
  async ask(request: Parameters<NonNullable<ExecuteOptions['input']>>[0]): Promise<string> {
    if (!this.#input) throw new Error('input(): expected a front end that can ask, found none; give the value as a parameter of the notebook instead');
    this.#questions ??= new AbortController();
    if (this.#isEnded) this.#questions.abort();
    return this.#input(request, this.#questions.signal);
  }
}
