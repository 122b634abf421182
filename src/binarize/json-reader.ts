/** A value of a plan or a spec is not what it must be; `path` is where, in JSON. */
export class SpecError extends Error {
  override readonly name = 'SpecError';

  constructor(readonly path: string, readonly found: string, readonly allowed: string) {
    super(`${path}: expected ${allowed}, found ${found}`);
  }
}

/** A JSON value together with the path that leads to it; every reading method checks and names the path when it fails. */
export class JsonReader {
  constructor(readonly value: unknown, readonly path: string) {}

  /** The members of an object that has exactly these keys. */
  object<K extends string>(keys: readonly K[]): Record<K, JsonReader> {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.fail('an object');
    const unknown = Object.keys(value).find(key => !keys.includes(key as K));
    if (unknown !== undefined) throw new SpecError(join(this.path, unknown), 'an unknown key', `one of the keys ${list(keys)}`);
    const members = keys.map(key => {
      if (!Object.hasOwn(value, key)) throw new SpecError(join(this.path, key), 'nothing', 'a value');
      return [key, new JsonReader((value as Record<string, unknown>)[key], join(this.path, key))] as const;
    });
    return Object.fromEntries(members) as Record<K, JsonReader>;
  }

  /** The string member `name` of an object, which decides what its other keys are. */
  tag<T extends string>(allowed: readonly T[]): T {
    const { value } = this;
    if (typeof value !== 'object' || value === null) this.fail('an object');
    return new JsonReader((value as Record<string, unknown>).name, join(this.path, 'name')).oneOf(allowed);
  }

  array(): JsonReader[] {
    if (!Array.isArray(this.value)) this.fail('an array');
    return this.value.map((item: unknown, i) => new JsonReader(item, `${this.path}[${i}]`));
  }

  oneOf<T extends string>(allowed: readonly T[]): T {
    const found = allowed.find(name => name === this.value);
    return found ?? this.fail(`one of ${list(allowed)}`);
  }

  text(): string {
    return typeof this.value === 'string' && this.value !== '' ? this.value : this.fail('a text that is not empty');
  }

  integer(from: number): number {
    return Number.isInteger(this.value) && (this.value as number) >= from ? (this.value as number) : this.fail(`an integer from ${from}`);
  }

  number(description: string, holds: (value: number) => boolean): number {
    const { value } = this;
    return typeof value === 'number' && Number.isFinite(value) && holds(value) ? value : this.fail(description);
  }

  fail(allowed: string): never {
    throw new SpecError(this.path, show(this.value), allowed);
  }
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function list(names: readonly string[]): string {
  return names.map(name => `'${name}'`).join(', ');
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value) as string | undefined ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
