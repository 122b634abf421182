import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { packageVersion } from '../../io/index.js';
import { protocolVersion, type JsonObject } from './message.js';

/** Content of a `kernel_info_reply`. */
export function kernelInfoReply(): JsonObject {
  const version = packageVersion();
  const typescript = typescriptVersion();
  return {
    status: 'ok', protocol_version: protocolVersion, implementation: 'binvit', implementation_version: version,
    language_info: {
      name: 'typescript', version: typescript, mimetype: 'text/typescript', file_extension: '.ts',
      codemirror_mode: { name: 'javascript', typescript: true }, pygments_lexer: 'typescript', nbconvert_exporter: 'script',
    },
    banner: `binvit ${version}: TypeScript ${typescript} on Node.js ${process.versions.node}`,
    help_links: [
      { text: 'TypeScript', url: 'https://www.typescriptlang.org/docs/' },
      { text: 'Node.js', url: 'https://nodejs.org/api/' },
    ],
    debugger: false,
  };
}

/** Read from its package.json: loading the compiler would cost this process a quarter of a second. */
function typescriptVersion(): string {
  const path = createRequire(import.meta.url).resolve('typescript/package.json');
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
