// Rebuilds native/binvit.wasm, which is committed so that machines without a compiler have it.
//   node native/build-wasm.mjs [OUTPUT]
// Needs clang 14 with lld (Debian: clang-14 lld-14). Beside the default output it writes binvit.wasm.json: the hash of the
// sources and the compiler, by which a test notices a stale file.
import { execFileSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder, sourceHash } from './sources.mjs';

const compiler = 'clang++-14';
const output = process.argv[2] ?? join(folder, 'binvit.wasm');
const exported = ['__heap_base'].map(name => `-Wl,--export=${name}`);

// --no-entry: a library. -nostdlib: there is no libc; -fno-builtin-* would turn copies into calls of themselves.
execFileSync(compiler, [
  '--target=wasm32', '-std=c++20', '-O3', '-msimd128', '-mbulk-memory', '-ffp-contract=off', '-fvisibility=hidden', '-fno-exceptions',
  '-fno-rtti', '-nostdlib', '-w', join(folder, 'engine.cpp'), '-o', output,
  '-Wl,--no-entry', '-Wl,--export-dynamic', '-Wl,--strip-all', ...exported,
], { stdio: 'inherit' });

if (process.argv[2] === undefined) {
  const version = execFileSync(compiler, ['--version'], { encoding: 'utf8' }).split('\n')[0];
  writeFileSync(`${output}.json`, `${JSON.stringify({ sources: sourceHash(), compiler: version }, null, 2)}\n`);
}
console.log(`${output}: ${statSync(output).size} bytes`);
