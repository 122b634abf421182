// Compiles the native engine to build/binvit.node. npm runs this at install, so it never fails: where the addon cannot be
// made it says why in one line, and the WASM build of the same sources is used.
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { folder, sourceHash } from './sources.mjs';

const run = promisify(execFile);
const target = join(folder, '../build');
const addon = join(target, 'binvit.node');
const stamp = join(target, 'binvit.node.hash');

const instructionSets = {
  x64: {
    avx512: ['-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', '-mavx512vpopcntdq', '-mfma', '-mpopcnt', '-mprefer-vector-width=512'],
    avx2: ['-mavx2', '-mfma', '-mpopcnt'],
    scalar: [],
  },
  arm64: { neon: [] },
}[process.arch] ?? { scalar: [] };

class Skipped extends Error {}

function findCompiler() {
  if (process.platform === 'win32') throw new Skipped('there is no native build for Windows yet');
  const candidates = [process.env.CXX, 'c++', 'g++', 'clang++'].filter(Boolean);
  for (const name of candidates) {
    const { status, stdout } = spawnSync(name, ['--version'], { encoding: 'utf8' });
    if (status === 0) return { name, version: stdout.split('\n')[0] };
  }
  throw new Skipped(`no C++ compiler found (looked for ${candidates.join(', ')})`);
}

function headersFolder() {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json')), 'include');
  } catch {
    throw new Skipped('npm package node-api-headers is not installed');
  }
}

async function compile(compiler, flags, output) {
  const objects = [];
  const jobs = [];
  const add = (source, name, extra) => {
    objects.push(join(output, `${name}.o`));
    jobs.push([...flags, ...extra, '-c', join(folder, source), '-o', objects.at(-1)]);
  };
  for (const [isa, machine] of Object.entries(instructionSets)) {
    add('engine.cpp', `engine-${isa}`, [...machine, `-DBINVIT_ISA=${isa}`]);
    add('bind.cpp', `bind-${isa}`, [`-DBINVIT_ISA=${isa}`]);
  }
  add('addon.cpp', 'addon', []);
  add('runtime.cpp', 'runtime', []);

  let next = 0;
  const work = async () => {
    while (next < jobs.length) await run(compiler, jobs[next++], { maxBuffer: 1 << 26 });
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  const undefinedSymbols = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
  await run(compiler, ['-shared', '-pthread', ...undefinedSymbols, ...objects, '-o', join(output, 'binvit.node')]);
}

async function build() {
  const start = Date.now();
  const compiler = findCompiler();
  const flags = ['-std=c++20', '-O3', '-fPIC', '-fvisibility=hidden', '-ffp-contract=fast', '-pthread', '-w', '-DNAPI_VERSION=8', `-I${headersFolder()}`];
  const hash = sourceHash([compiler.version, process.arch, ...flags, JSON.stringify(instructionSets)].join('\n'));
  if (existsSync(addon) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return 'native engine: up to date';
  mkdirSync(target, { recursive: true });
  const output = mkdtempSync(join(target, 'objects-'));
  try {
    await compile(compiler.name, flags, output);
    rmSync(stamp, { force: true });
    // A process that has the old file open keeps it; nobody ever sees half a file.
    renameSync(join(output, 'binvit.node'), addon);
    writeFileSync(stamp, hash);
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
  return `native engine: built with ${compiler.version} in ${((Date.now() - start) / 1000).toFixed(1)} s`;
}

try {
  console.log(await build());
} catch (error) {
  const reason = error instanceof Skipped ? error.message
    : `the compiler failed: ${String(error.stderr || error.message).split('\n').find(line => /error/i.test(line)) ?? String(error.message).split('\n')[0]}`;
  console.log(`native engine: not built, ${reason}; the WASM engine is used`);
}
