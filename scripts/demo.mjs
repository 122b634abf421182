// Bundles the page docs/demo: `npm run demo [FOLDER]`. Made anew whenever its source, the packed models of
// `scripts/demo-models.mjs`, what a packed model runs through, or the engine's WASM build changes.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const common = {
  absWorkingDir: root, bundle: true, minify: true, platform: 'browser', target: 'es2022', format: 'iife', legalComments: 'none', logLevel: 'warning',
  loader: { '.wasm': 'binary', '.safetensors': 'binary' }, outdir: process.argv[2] ?? 'docs/demo',
};
await build({ ...common, entryPoints: { demo: 'docs/demo/source/main.ts' } });
await build({ ...common, entryPoints: { assets: 'docs/demo/source/assets.ts' }, globalName: 'binvitAssets' });
