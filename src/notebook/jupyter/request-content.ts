import type { JsonObject } from './message.js';

/** A request whose content is not as the protocol says; it is answered with an error. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';
}

/**
 * Reads the fields of a request's content. A field that is missing or null takes its default, one of another type is refused.
 *
 * @throws InvalidRequest
 */
export class RequestContent {
  readonly #type: string;
  readonly #content: JsonObject;

  constructor(type: string, content: JsonObject) {
    this.#type = type;
    this.#content = content;
  }

  text(name: string, fallback?: string): string {
    return this.#read(name, 'text', fallback, (value): value is string => typeof value === 'string');
  }

  flag(name: string, fallback: boolean): boolean {
    return this.#read(name, 'true or false', fallback, (value): value is boolean => typeof value === 'boolean');
  }

  whole(name: string, fallback?: number): number {
    return this.#read(name, 'a whole number', fallback, (value): value is number => Number.isInteger(value));
  }

  has(name: string): boolean {
    return (this.#content[name] ?? null) !== null;
  }

  /** An object of texts. */
  texts(name: string): Readonly<Record<string, string>> {
    return this.#read(name, 'an object of texts', {}, (value): value is Record<string, string> =>
      typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(item => typeof item === 'string'));
  }

  #read<T>(name: string, expected: string, fallback: T | undefined, test: (value: unknown) => value is T): T {
    const value = this.#content[name] ?? fallback;
    if (test(value)) return value;
    const found = value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);
    throw new InvalidRequest(`${this.#type}: ${name}: expected ${expected}, found ${found}`);
  }
}
