// Compiles the engine to native/binvit.wasm with clang 14 (Debian: clang-14, lld-14) and records what it was made from. The
// result is committed; test/kernels/wasm-build.test.ts holds it and the sources together.
// Usage: node native/build-wasm.mjs [FOLDER]   (this folder unless given)
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { folder, hashOf, kernelSources } from './sources.mjs';

const compilerOptions = [
  '--target=wasm32', '-msimd128', '-mbulk-memory', '-std=c++17', '-O3', '-fno-math-errno',
  '-fno-trapping-math', '-fno-exceptions', '-fno-rtti', '-fvisibility=hidden',
];
const linkerOptions = [
  '--no-entry', '--export-dynamic', '--export=__heap_base', '--gc-sections', '--strip-all', '--stack-first',
];

/** Hash of all that decides the bytes of binvit.wasm, apart from the compiler. */
export const wasmHash = hashOf(kernelSources, { compilerOptions, linkerOptions });

export function buildWasm(target) {
  const temporary = mkdtempSync(join(tmpdir(), 'binvit-wasm-'));
  const object = join(temporary, 'engine.o');
  try {
    execFileSync('clang-14', [...compilerOptions, '-c', join(folder, 'engine.cpp'), '-o', object], { stdio: 'inherit' });
    execFileSync('wasm-ld-14', [...linkerOptions, object, '-o', join(target, 'binvit.wasm')], { stdio: 'inherit' });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  const version = execFileSync('clang-14', ['--version'], { encoding: 'utf8' }).match(/version ([\d.]+)/)[1];
  writeFileSync(join(target, 'binvit.wasm.json'), `${JSON.stringify({ sources: wasmHash, clang: version }, null, 2)}\n`);
}

if (process.argv[1] === import.meta.filename) buildWasm(process.argv[2] ?? folder);
