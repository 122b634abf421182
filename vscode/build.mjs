// Bundles the extension and packs it: node vscode/build.mjs -> vscode/dist/binvit-notebook-<version>.vsix
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVSIX } from '@vscode/vsce';
import { build } from 'esbuild';
import { bundleLanguageServer } from '../scripts/bundle-language-server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const stage = join(here, 'dist', 'extension');
const bundles = join(stage, 'dist');
const modules = join(stage, 'node_modules');
const require = createRequire(import.meta.url);
const packageFolder = name => dirname(require.resolve(`${name}/package.json`));
const readJson = path => JSON.parse(readFileSync(path, 'utf8'));

/** What the session starts by its file: threads, processes, modules that cells import. */
const sessionEntries = ['language/keep-snapshot', 'session/runtime/main', 'session/runtime/interrupt-thread', 'session/runtime/modules/hooks', 'session/runtime/tslab']
  .map(name => join(root, 'src', 'notebook', `${name}.ts`));

/**
 * A module of the session finds what it starts through `import.meta.url`. In the extension's bundle that would be the bundle's
 * URL: give each module the one that it would have below `dist`.
 */
const ownUrls = {
  name: 'own-urls',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const module = relative(join(root, 'src'), path).split(sep).join('/').replace(/\.ts$/, '.js');
      return { loader: 'ts', contents: source.replaceAll('import.meta.url', `new URL('${module}', binvitBundles).href`) };
    });
  },
};

/** Of `src/io` only what the session uses: nothing there runs when it is merely imported. */
const onlyUsedOfIo = {
  name: 'only-used-of-io',
  setup({ onResolve }) {
    onResolve({ filter: /^\..*\.js$/ }, ({ path, resolveDir }) => {
      const file = join(resolveDir, path.replace(/\.js$/, '.ts'));
      return dirname(file) === join(root, 'src', 'io') ? { path: file, sideEffects: false } : undefined;
    });
  },
};

const common = { bundle: true, minify: true, legalComments: 'none', logLevel: 'warning', absWorkingDir: here };
const node = { ...common, platform: 'node', target: 'node20', plugins: [ownUrls, onlyUsedOfIo] };

rmSync(join(here, 'dist'), { recursive: true, force: true });
mkdirSync(bundles, { recursive: true });

await build({
  ...node, entryPoints: ['src/extension.ts'], outfile: join(bundles, 'extension.cjs'), format: 'cjs', external: ['vscode'],
  banner: { js: 'const binvitBundles=require("node:url").pathToFileURL(__dirname+"/").href;' },
});
// These are not bundled: their modules find each other, and know their own code, by its place.
const { metafile } = await build({
  entryPoints: sessionEntries, bundle: true, platform: 'node', format: 'esm', packages: 'external', write: false, metafile: true, outdir: bundles, absWorkingDir: root,
  logLevel: 'error',
});
await build({
  ...common, bundle: false, minify: false, entryPoints: Object.keys(metafile.inputs), outbase: 'src', outdir: bundles, format: 'esm', target: 'node20', absWorkingDir: root,
});
await build({ ...common, legalComments: 'external', entryPoints: ['renderer/index.ts'], outfile: join(bundles, 'renderer.js'), format: 'esm', platform: 'browser', target: 'es2022' });

await bundleLanguageServer(join(bundles, 'notebook', 'language', 'server.cjs'));

// Packages that the session loads at run time: TypeScript with its libraries, and the types of Node for projects without.
const typescript = join(modules, 'typescript');
mkdirSync(join(typescript, 'lib'), { recursive: true });
for (const name of ['package.json', 'LICENSE.txt', 'ThirdPartyNoticeText.txt']) cpSync(join(packageFolder('typescript'), name), join(typescript, name));
for (const name of readdirSync(join(packageFolder('typescript'), 'lib'))) {
  if (/^lib\..*d\.ts$/.test(name)) cpSync(join(packageFolder('typescript'), 'lib', name), join(typescript, 'lib', name));
}
await build({ ...common, bundle: false, entryPoints: [require.resolve('typescript')], outfile: join(typescript, 'lib', 'typescript.js'), target: 'node20' });
const asTheyAre = ['@types/node', 'undici-types'];
for (const name of asTheyAre) cpSync(packageFolder(name), join(modules, name), { recursive: true });

const plugin = 'binvit-notebook-typescript-plugin';
await build({ ...common, entryPoints: ['typescript-plugin/index.cts'], outfile: join(modules, plugin, 'index.js'), format: 'cjs', platform: 'node', target: 'node20' });

// The version is that of the package whose sessions the extension runs.
const { version } = readJson(join(root, 'package.json'));
writeFileSync(join(modules, plugin, 'package.json'), JSON.stringify({ name: plugin, version, main: 'index.js' }));
const manifest = readJson(join(here, 'package.json'));
const dependencies = Object.fromEntries([plugin, 'typescript', ...asTheyAre].map(name => [name, readJson(join(modules, name, 'package.json')).version]));
writeFileSync(join(stage, '.vscodeignore'), '');
writeFileSync(join(stage, 'package.json'), JSON.stringify({ ...manifest, devDependencies: undefined, allowScripts: undefined, version, dependencies }, null, 2));
for (const name of ['README.md', 'LICENSE', 'media', 'walkthrough']) cpSync(join(here, name), join(stage, name), { recursive: true });

const packagePath = join(here, 'dist', `${manifest.name}-${version}.vsix`);
await createVSIX({ cwd: stage, packagePath, allowMissingRepository: true, skipLicense: false });
console.log(packagePath);
