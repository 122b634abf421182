// Bundles the extension and packs it: node vscode/build.mjs -> vscode/dist/binvit-notebook-<version>.vsix
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVSIX } from '@vscode/vsce';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const stage = join(here, 'dist', 'extension');
const bundles = join(stage, 'dist');
const modules = join(stage, 'node_modules');
const require = createRequire(import.meta.url);
const packageFolder = name => dirname(require.resolve(`${name}/package.json`));
const readJson = path => JSON.parse(readFileSync(path, 'utf8'));

/** Threads and processes of the session: each is started by its file, so each has a bundle at its place below `dist`. */
const sessionEntries = ['notebook/language/worker', 'notebook/session/runtime/main'];

/**
 * A module of the session finds its neighbours through `import.meta.url`. In a bundle that would be the bundle's URL: give each
 * module the one that it would have below `dist`.
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

const common = { bundle: true, minify: true, legalComments: 'none', logLevel: 'warning', absWorkingDir: here };
const node = { ...common, platform: 'node', target: 'node20', plugins: [ownUrls] };

rmSync(join(here, 'dist'), { recursive: true, force: true });
mkdirSync(bundles, { recursive: true });

await build({
  ...node, entryPoints: ['src/extension.ts'], outfile: join(bundles, 'extension.cjs'), format: 'cjs', external: ['vscode'],
  banner: { js: 'const binvitBundles=require("node:url").pathToFileURL(__dirname+"/").href;' },
});
for (const entry of sessionEntries) {
  const up = '../'.repeat(entry.split('/').length - 1);
  await build({
    ...node, entryPoints: [join(root, 'src', `${entry}.ts`)], outfile: join(bundles, `${entry}.js`), format: 'esm',
    banner: {
      js: 'import{createRequire as binvitRequire}from"node:module";const require=binvitRequire(import.meta.url);' +
        `const __filename=new URL(import.meta.url).pathname,__dirname=new URL(".",import.meta.url).pathname;const binvitBundles=new URL("${up || './'}",import.meta.url).href;`,
    },
  });
}
await build({ ...common, entryPoints: ['renderer/index.ts'], outfile: join(bundles, 'renderer.js'), format: 'esm', platform: 'browser', target: 'es2022' });

// TypeScript looks for its libraries beside the file that runs it, and for the types of Node among the installed packages.
const typescriptLib = dirname(require.resolve('typescript'));
for (const file of readdirSync(typescriptLib)) {
  if (/^lib\..*\.d\.ts$/.test(file)) cpSync(join(typescriptLib, file), join(bundles, 'notebook', 'language', file));
}
const typePackages = ['@types/node', 'undici-types'];
for (const name of typePackages) cpSync(packageFolder(name), join(modules, name), { recursive: true });

const plugin = 'binvit-notebook-typescript-plugin';
await build({ ...common, entryPoints: ['typescript-plugin/index.cts'], outfile: join(modules, plugin, 'index.js'), format: 'cjs', platform: 'node', target: 'node20' });

// The version is that of the package whose sessions the extension runs.
const { version } = readJson(join(root, 'package.json'));
writeFileSync(join(modules, plugin, 'package.json'), JSON.stringify({ name: plugin, version, main: 'index.js' }));
const manifest = readJson(join(here, 'package.json'));
const dependencies = Object.fromEntries([plugin, ...typePackages].map(name => [name, readJson(join(modules, name, 'package.json')).version]));
writeFileSync(join(stage, 'package.json'), JSON.stringify({ ...manifest, devDependencies: undefined, allowScripts: undefined, version, dependencies }, null, 2));
for (const name of ['README.md', 'LICENSE', 'media', 'walkthrough']) cpSync(join(here, name), join(stage, name), { recursive: true });

const packagePath = join(here, 'dist', `${manifest.name}-${version}.vsix`);
await createVSIX({ cwd: stage, packagePath, allowMissingRepository: true, skipLicense: false });
console.log(packagePath);
