import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const native = fileURLToPath(new URL('../../native/', import.meta.url));

/** Runs a script of native/ and returns its exit status and output. */
function run(
  script: string, args: string[] = [], environment: NodeJS.ProcessEnv = process.env,
): { status: number | null; output: string } {
  const options = { encoding: 'utf8', env: environment } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(native, script), ...args], options);
  return { status, output: stdout + stderr };
}

describe('the native build', () => {
  it('succeeds without a compiler, and says in one line that WASM takes over', () => {
    const { status, output } = run('build.mjs', [], { PATH: '' });
    expect(status).toBe(0);
    expect(output).toMatch(/^binvit: native engine not built: no C\+\+ compiler .* was found; .* slower WASM engine\.\n$/);
  });
});

describe('the committed binvit.wasm', () => {
  const record = JSON.parse(readFileSync(join(native, 'binvit.wasm.json'), 'utf8')) as { sources: string; clang: string };

  it('was made from the present sources', () => {
    const { output } = run('build-wasm.mjs', ['--hash']);
    expect(output.trim(), 'run "node native/build-wasm.mjs" and commit its result').toBe(record.sources);
  });

  const compiler = spawnSync('clang-14', ['--version'], { encoding: 'utf8' });
  const recorded = compiler.status === 0 && compiler.stdout.includes(record.clang);
  it.runIf(recorded)('is what the recorded clang makes, byte for byte', () => {
    const folder = mkdtempSync(join(tmpdir(), 'binvit-wasm-test-'));
    try {
      execFileSync(process.execPath, [join(native, 'build-wasm.mjs'), folder]);
      for (const name of ['binvit.wasm', 'binvit.wasm.json']) {
        expect(readFileSync(join(folder, name)).equals(readFileSync(join(native, name))), name).toBe(true);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('needs nothing from its host', () => {
    expect(WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(join(native, 'binvit.wasm'))))).toEqual([]);
  });
});
