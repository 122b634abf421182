import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readNotebook, writeNotebook, type CodeCell } from '../../../src/notebook/runner/index.js';
import { codeCell, notebookOf, shownBy } from './cells.js';

const main = join(import.meta.dirname, '../../../dist/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'binvit-notebook-'));
afterAll(() => { rmSync(folder, { recursive: true }); });

function notebook(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [main, 'notebook', ...args], { encoding: 'utf8', cwd: folder });
}

function file(name: string, ...cells: (string | CodeCell)[]): string {
  const path = join(folder, name);
  writeNotebook(path, notebookOf(...cells));
  return path;
}

describe('binvit notebook run', () => {
  it('writes the notebook with its parameters and outputs, and a line a cell on stderr', () => {
    const input = file('in.ipynb', codeCell('const n = 1;\nconst name = "a"', ['parameters']), 'console.log(n, name)');
    const before = readFileSync(input, 'utf8');
    writeFileSync(join(folder, 'values.json'), '{"n": 2, "name": "file"}');
    const { status, stderr } = notebook('run', input, '-o', 'out.ipynb', '--params', 'values.json', '--raw-param', 'name=3');
    expect(stderr).toMatch(/^\[1\/3\] const n = 1; {2}\d\.\d\d s\n\[2\/3\] \/\/ Parameters {2}\d\.\d\d s\n\[3\/3\] console.log\(n, name\) {2}\d\.\d\d s\n$/);
    expect(status).toBe(0);
    expect(shownBy(readNotebook(join(folder, 'out.ipynb')))[2]).toEqual(['2 3\n']);
    expect(readFileSync(input, 'utf8')).toBe(before);
  });

  it('row 41: ends with 1 and the error when a cell fails, after the file is written, and with 0 where errors are allowed', () => {
    const input = file('failing.ipynb', 'throw new TypeError("no")', '2');
    const { status, stderr } = notebook('run', input, '--in-place', '--type-check', 'off');
    expect(status).toBe(1);
    expect(stderr).toContain('TypeError: no\n> 1 | throw new TypeError("no")');
    expect(shownBy(readNotebook(input))).toEqual([['TypeError: no'], []]);
    expect(notebook('run', input, '--in-place', '--allow-errors', '--type-check', 'off').status).toBe(0);
    expect(shownBy(readNotebook(input))).toEqual([['TypeError: no'], ['2']]);
  });

  it('runs in another folder when it is given, and writes nothing when not asked', () => {
    mkdirSync(join(folder, 'elsewhere'));
    const input = file('cwd.ipynb', 'if (!process.cwd().endsWith("elsewhere")) throw new Error(process.cwd())');
    const before = readFileSync(input, 'utf8');
    expect(notebook('run', input, '--cwd', 'elsewhere', '--type-check', 'off')).toMatchObject({ status: 0, stdout: '' });
    expect(readFileSync(input, 'utf8')).toBe(before);
  });

  it('saves and ends with 130 when it is interrupted, also by a terminal that reaches its children', async () => {
    const input = file('endless.ipynb', 'console.log("in");\nrequire("fs").writeFileSync("started", "");\nwhile (true) {}', '1');
    const out = join(folder, 'interrupted.ipynb');
    const child = spawn(process.execPath, [main, 'notebook', 'run', input, '-o', out, '--type-check', 'off'], { detached: true, stdio: 'ignore' });
    const watch = setInterval(() => {
      if (!existsSync(join(folder, 'started'))) return;
      clearInterval(watch);
      process.kill(-child.pid!, 'SIGINT');
    }, 50);
    const code = await new Promise(resolve => { child.on('exit', resolve); });
    expect(code).toBe(130);
    const [first, second] = shownBy(readNotebook(out));
    expect(first![0]).toBe('in\n');
    expect(first).toHaveLength(2);
    expect(second).toEqual([]);
  });

  const damaged = join(folder, 'damaged.ipynb');
  writeFileSync(damaged, '{"cells": [');

  it.each([
    ['a damaged file', ['run', damaged, '--in-place'], 1, `${damaged}: expected a notebook in JSON`],
    ['an unknown parameter', ['run', 'in.ipynb', '-p', 'm=1'], 1, 'declares n, name'],
    ['a parameter without a name', ['run', 'in.ipynb', '-p', '5'], 2, 'expected name=value, found "5"'],
    ['two places for the output', ['run', 'in.ipynb', '-o', 'a.ipynb', '--in-place'], 2, '--in-place'],
  ])('%s ends with one sentence that names it', (_, args, status, named) => {
    const result = notebook(...args);
    expect(result.stderr).toContain(named);
    expect(result.status).toBe(status);
    expect(readFileSync(damaged, 'utf8')).toBe('{"cells": [');
  });
});

describe('binvit notebook check', () => {
  it('ends with 0 where outputs are as committed, and with 1 and the cells where they are not', () => {
    const input = file('committed.ipynb', 'console.log("a")', '2');
    expect(notebook('run', input, '--in-place', '--type-check', 'off')).toMatchObject({ status: 0, stdout: '' });
    expect(notebook('check', input, '--type-check', 'off')).toMatchObject({ status: 0, stdout: '', stderr: expect.not.stringContaining('Error') as string });
    const committed = readNotebook(input);
    committed.cells[0]!.source = 'console.log("b")';
    writeNotebook(input, committed);
    const { status, stdout } = notebook('check', input, '--json', '--type-check', 'off');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toEqual([{ notebook: input, cell: committed.cells[0]!.id, number: 1, difference: 'output 1, text: line 1: expected "a", found "b"' }]);
  });
});

describe('binvit notebook export', () => {
  it('writes beside the notebook, and says where', () => {
    const input = file('exported.ipynb', 'console.log(1)');
    const { status, stdout } = notebook('export', input, '--to', 'ts');
    expect(status).toBe(0);
    expect(stdout).toBe(`${join(folder, 'exported.ts')}\n`);
    expect(readFileSync(stdout.trim(), 'utf8')).toBe('// %%\nconsole.log(1)\n');
  });
});
