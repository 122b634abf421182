type Task = () => void;
type Fence = null;

/**
 * Brings together what comes through several pipes: each waits at a fence until all have reached theirs. Between two fences,
 * what comes is handed on at once.
 */
export class Lanes {
  /** What waits; the first of it is a fence. */
  readonly #lanes: readonly (Task | Fence)[][];

  constructor(count: number) {
    this.#lanes = Array.from({ length: count }, () => []);
  }

  push(lane: number, task: Task): void {
    const waiting = this.#lanes[lane]!;
    if (waiting.length === 0) task();
    else waiting.push(task);
  }

  fence(lane: number): void {
    this.#lanes[lane]!.push(null);
    while (this.#lanes.every(([first]) => first === null)) {
      for (const waiting of this.#lanes) waiting.shift();
      this.#run();
    }
  }

  /** No fence comes any more. */
  end(): void {
    while (this.#lanes.some(waiting => waiting.length > 0)) {
      for (const waiting of this.#lanes) if (waiting[0] === null) waiting.shift();
      this.#run();
    }
  }

  #run(): void {
    for (const waiting of this.#lanes) {
      for (let [task] = waiting; task; [task] = waiting) {
        task();
        waiting.shift();
      }
    }
  }
}
