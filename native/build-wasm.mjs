// Compiles the engine to binvit.wasm with clang 14 (Debian: clang-14, lld-14) and records what it was made from. The result is
// committed; test/kernels/build.test.ts holds it and the sources together.
//   node native/build-wasm.mjs [FOLDER]   writes binvit.wasm and binvit.wasm.json (to this folder unless given)
//   node native/build-wasm.mjs --hash     prints the hash of all that decides the bytes, apart from the compiler
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

const sources = hashOf(kernelSources, { compilerOptions, linkerOptions });

function build(target) {
  const temporary = mkdtempSync(join(tmpdir(), 'binvit-wasm-'));
  const object = join(temporary, 'engine.o');
  try {
    execFileSync('clang-14', [...compilerOptions, '-c', join(folder, 'engine.cpp'), '-o', object], { stdio: 'inherit' });
    execFileSync('wasm-ld-14', [...linkerOptions, object, '-o', join(target, 'binvit.wasm')], { stdio: 'inherit' });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  const [, clang] = execFileSync('clang-14', ['--version'], { encoding: 'utf8' }).match(/version ([\d.]+)/);
  writeFileSync(join(target, 'binvit.wasm.json'), `${JSON.stringify({ sources, clang }, null, 2)}\n`);
}

if (process.argv[2] === '--hash') console.log(sources);
else build(process.argv[2] ?? folder);
