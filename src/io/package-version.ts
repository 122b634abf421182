import { readFileSync } from 'node:fs';

/** Version of this package, as records and `binvit --version` name it. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version;
}
