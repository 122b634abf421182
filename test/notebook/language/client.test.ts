import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LanguageClient } from '../../../src/notebook/language/client.js';
import { temporaryFolder } from '../../temporary-folder.js';

const folder = temporaryFolder();

describe('the language worker', () => {
  let client: LanguageClient;
  beforeAll(() => { client = new LanguageClient({ cwd: folder.path('') }); });
  afterAll(() => client.close());

  it('answers in order, as the language itself does', async () => {
    const cell = { id: '1' };
    const [prepared, , again, completions, inspection, help, complete, diagnostics] = await Promise.all([
      client.prepare('const a = 1; a', cell), client.commit('const a = 1; a', cell), client.prepare('a.nope', cell), client.complete('a.toF', 5),
      client.inspect('a', 1), client.signatureHelp('a.toFixed(', 10), client.isComplete('a('), client.diagnose('a.b'),
    ]);
    expect(prepared).toMatchObject({ diagnostics: [], converted: { code: '"use strict";\nlet a = 1; __binvit.result((a))', declares: ['a'] } });
    expect(again.diagnostics).toMatchObject([{ code: 2339, range: { line: 1, column: 3 } }]);
    expect(completions.items).toMatchObject([{ label: 'toFixed' }]);
    expect(inspection?.signature).toBe('const a: 1');
    expect(help?.signatures[0]?.label).toContain('toFixed(');
    expect(complete).toEqual({ status: 'incomplete', indent: '  ' });
    expect(diagnostics).toHaveLength(1);
  });

  it('forgets the names at a reset', async () => {
    await client.reset();
    expect((await client.prepare('a', { id: '1' })).diagnostics).toMatchObject([{ code: 2304 }]);
  });

  it('tells of a question that goes wrong, and answers the next one', async () => {
    await expect(client.complete('a', 5, { preceding: null as unknown as [] })).rejects.toThrow(TypeError);
    expect((await client.prepare('1', { id: '1' })).diagnostics).toEqual([]);
  });
});

describe('a language worker that is gone', () => {
  it('refuses every question with the reason, until a reset', async () => {
    const cwd = folder.path('comes later');
    const client = new LanguageClient({ cwd });
    await expect(client.isComplete('1')).rejects.toThrow('The language service stopped: ENOENT');
    await expect(client.isComplete('1')).rejects.toThrow('restart the session');
    mkdirSync(cwd);
    await client.reset();
    expect(await client.isComplete('1')).toEqual({ status: 'complete' });
    await client.close();
  });

  it('refuses what waits when it is closed', async () => {
    const client = new LanguageClient({ cwd: folder.path('') });
    const waiting = expect(client.prepare('1', { id: '1' })).rejects.toThrow('was closed');
    await client.close();
    await waiting;
    await expect(client.reset()).rejects.toThrow('was closed');
  });
});
