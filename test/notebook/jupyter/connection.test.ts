import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readConnection } from '../../../src/notebook/jupyter/index.js';
import { temporaryFolder } from '../../temporary-folder.js';

const folder = temporaryFolder();
const good = { shell_port: 1, iopub_port: 2, stdin_port: 3, control_port: 4, hb_port: 5, ip: '127.0.0.1', transport: 'tcp', key: 'k', signature_scheme: 'hmac-sha256' };

function file(name: string, content: string): string {
  const path = folder.path(name);
  writeFileSync(path, content);
  return path;
}

describe('readConnection', () => {
  it('reads ports, key and signature scheme', async () => {
    expect(await readConnection(file('good.json', JSON.stringify(good)))).toEqual({
      shellPort: 1, iopubPort: 2, stdinPort: 3, controlPort: 4, heartbeatPort: 5, key: 'k', signatureScheme: 'hmac-sha256',
    });
  });

  it('row 12: waits for a file that is still missing or half written', async () => {
    const missing = readConnection(folder.path('late.json'));
    const half = readConnection(file('half.json', JSON.stringify(good).slice(0, 20)));
    setTimeout(() => {
      file('late.json', JSON.stringify(good));
      file('half.json', JSON.stringify(good));
    }, 120);
    expect((await missing).key).toBe('k');
    expect((await half).key).toBe('k');
  });

  it('row 12: says in one line what is wrong', async () => {
    const [missing, half, unreadable] = await Promise.allSettled([
      readConnection(folder.path('missing.json')), readConnection(file('stays-half.json', '{"shell_port": 1,')),
      readConnection((mkdirSync(folder.path('folder.json')), folder.path('folder.json'))),
    ]);
    expect(missing).toMatchObject({ reason: { message: expect.stringMatching(/missing\.json: not there after 2 s/) as string } });
    expect(half).toMatchObject({ reason: { message: expect.stringMatching(/stays-half\.json: expected JSON, found: .*start the kernel anew/) as string } });
    expect(unreadable).toMatchObject({ reason: { message: expect.stringMatching(/folder\.json: cannot be read \(EISDIR\)/) as string } });
  });

  it.each([
    [{ ...good, hb_port: 0 }, /hb_port: expected a port from 1 to 65535, found 0/],
    [{ ...good, shell_port: undefined }, /shell_port: expected a port .* found nothing/],
    [{ ...good, key: 1 }, /key: expected text, found 1/],
    [{ ...good, ip: '0.0.0.0' }, /ip: expected 127\.0\.0\.1, found 0\.0\.0\.0/],
    [{ ...good, transport: 'ipc' }, /transport: expected tcp, found ipc/],
    [[], /expected a JSON object/],
  ])('refuses %j', async (content, message) => {
    await expect(readConnection(file('bad.json', JSON.stringify(content)))).rejects.toThrow(message);
  });
});
