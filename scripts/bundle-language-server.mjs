import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);
/** What is in the bundle besides this project's own code. */
const bundled = ['@jridgewell/sourcemap-codec'];

/** Bundles the process of the language service into one script: a snapshot of its heap cannot be made of modules. */
export async function bundleLanguageServer(outfile) {
  const licences = bundled.map(name => `${name}:\n${readFileSync(require.resolve(`${name}/package.json`).replace('package.json', 'LICENSE'), 'utf8')}`);
  await build({
    entryPoints: [fileURLToPath(new URL('../src/notebook/language/server.ts', import.meta.url))], outfile,
    bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'warning', legalComments: 'none',
    // A process that was started from a snapshot has no `import`.
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'binvitServerUrl' },
    banner: { js: `/*\n${licences.join('\n')}*/\nconst binvitServerUrl = require('node:url').pathToFileURL(__filename).href;` },
  });
}
