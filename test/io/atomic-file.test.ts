import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/backend/index.js';
import { removeTemporaryFiles, writeFileAtomic } from '../../src/io/index.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = temporaryFolder();

describe('writeFileAtomic', () => {
  it('writes text, bytes and pieces of bytes, and makes missing folders', () => {
    const path = folder.path('a/b/file');
    writeFileAtomic(path, 'größe');
    expect(readFileSync(path, 'utf8')).toBe('größe');
    writeFileAtomic(path, Uint8Array.of(1, 2));
    expect([...readFileSync(path)]).toEqual([1, 2]);
    writeFileAtomic(path, [Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)]);
    expect([...readFileSync(path)]).toEqual([1, 2, 3]);
    expect(readdirSync(dirname(path))).toEqual(['file']);
  });

  it('leaves the old content and no temporary file when it fails', () => {
    const path = folder.path('occupied');
    mkdirSync(path);
    writeFileSync(`${path}/old`, 'old');
    expect(() => { writeFileAtomic(path, 'new'); }).toThrow(path);
    expect(readFileSync(`${path}/old`, 'utf8')).toBe('old');
    expect(readdirSync(dirname(path)).filter(name => name.includes('tmp'))).toEqual([]);
  });

  it('never shows half a file, whenever its process is killed', async () => {
    // The module needs nothing but Node, so that the child can run it by itself.
    const source = readFileSync(new URL('../../src/io/atomic-file.ts', import.meta.url), 'utf8');
    const module = folder.path('atomic-file.mjs');
    writeFileSync(module, ts.transpile(source, { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }));
    const path = folder.path('killed/file');
    const writer = `
      import { writeFileAtomic } from ${JSON.stringify(pathToFileURL(module).href)};
      for (let n = 0; ; n++) {
        writeFileAtomic(${JSON.stringify(path)}, [new Uint8Array(300_000).fill(n), new Uint8Array(300_000).fill(n)]);
        if (n === 0) process.stdout.write('started');
      }`;
    const random = Random.seeded(1);
    const readComplete = (): void => {
      const bytes = readFileSync(path);
      expect(bytes.length).toBe(600_000);
      expect(bytes.equals(Buffer.alloc(600_000, bytes[0]))).toBe(true);
    };
    for (let kill = 0; kill < 20; kill++) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', writer], { stdio: ['ignore', 'pipe', 'inherit'] });
      const ended = once(child, 'exit');
      await once(child.stdout, 'data');
      readComplete();
      await new Promise(resolve => { setTimeout(resolve, random.uniform() * 30); });
      readComplete();
      child.kill('SIGKILL');
      await ended;
      readComplete();
    }
    removeTemporaryFiles(dirname(path));
    expect(readdirSync(dirname(path))).toEqual(['file']);
  });
});
