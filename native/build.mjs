// Compiles the native engine to build/binvit.node where a C++ compiler is installed. npm runs it as the package's install
// script, so it downloads nothing, never fails (WASM takes the engine's place), and prints one line.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { folder, hashOf, nativeSources } from './sources.mjs';

const options = [
  '-std=c++17', '-O3', '-fPIC', '-fvisibility=hidden', '-fno-math-errno', '-fno-trapping-math', '-ffp-contract=fast',
  '-Wno-psabi',
];
const x64 = {
  avx512: [
    '-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', '-mavx512vpopcntdq', '-mavx2', '-mfma',
    '-mprefer-vector-width=512',
  ],
  avx2: ['-mavx2', '-mfma'],
  scalar: [],
};
/** Compiler options of each instruction set; no -march=native, so that the binary may move between machines. */
const instructionSets = { x64, arm64: { neon: [] } }[process.arch] ?? { scalar: [] };

const buildFolder = join(folder, '..', 'build');
const addon = join(buildFolder, 'binvit.node');
const record = join(buildFolder, 'binvit.node.json');

/** The first C++ compiler that runs, with its version. */
function findCompiler() {
  for (const command of [process.env.CXX, 'c++', 'g++', 'clang++'].filter(Boolean)) {
    try {
      const version = execFileSync(command, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      return { command, version: version.split('\n')[0].trim() };
    } catch {
      // The next one may be there.
    }
  }
  return null;
}

function headerFolder() {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json')), 'include');
  } catch {
    return null;
  }
}

/** Runs `jobs`, as many at once as there are cores. */
async function runAll(jobs) {
  const waiting = [...jobs];
  await Promise.all(Array.from({ length: availableParallelism() }, async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await job();
  }));
}

async function compile(compiler, headers, temporary) {
  const objects = [];
  const job = (source, name, extra) => {
    const object = join(temporary, `${name}.o`);
    objects.push(object);
    return () => promisify(execFile)(compiler.command, [
      ...options, ...extra, `-I${headers}`, '-c', join(folder, source), '-o', object,
    ]);
  };
  const jobs = Object.entries(instructionSets).flatMap(([isa, flags]) => [
    job('engine.cpp', `engine-${isa}`, [...flags, `-DBINVIT_ISA=${isa}`]),
    job('bind.cpp', `bind-${isa}`, [`-DBINVIT_ISA=${isa}`]),
  ]);
  await runAll([...jobs, job('runtime.cpp', 'runtime', []), job('addon.cpp', 'addon', [])]);
  const linked = join(temporary, 'binvit.node');
  const link = process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared', '-pthread'];
  await promisify(execFile)(compiler.command, [...link, ...objects, '-o', linked]);
  return linked;
}

async function build() {
  if (process.platform === 'win32') return 'not built: there is no native engine for Windows';
  const headers = headerFolder();
  if (headers === null) return 'not built: the package node-api-headers is missing';
  const compiler = findCompiler();
  if (compiler === null) return 'not built: no C++ compiler (CXX, c++, g++, clang++) was found';
  const hash = hashOf(nativeSources, { compiler: compiler.version, options, instructionSets });
  if (existsSync(addon) && existsSync(record) && JSON.parse(readFileSync(record, 'utf8')).hash === hash) return 'up to date';

  const start = performance.now();
  mkdirSync(buildFolder, { recursive: true });
  const temporary = mkdtempSync(join(buildFolder, 'compile-'));
  try {
    renameSync(await compile(compiler, headers, temporary), addon);
    writeFileSync(record, `${JSON.stringify({ hash, compiler: compiler.version })}\n`);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return `built in ${((performance.now() - start) / 1000).toFixed(1)} s with ${compiler.version}`;
}

const fallback = '; training uses the slower WASM engine';
try {
  const outcome = await build();
  console.log(`binvit: native engine ${outcome}${outcome.startsWith('not built') ? fallback : ''}.`);
} catch (error) {
  const lines = String(error.stderr || error.message).split('\n');
  const reason = lines.find(line => /error|fail/i.test(line)) ?? lines[0];
  console.log(`binvit: native engine not built: ${reason.trim()}${fallback}.`);
}
