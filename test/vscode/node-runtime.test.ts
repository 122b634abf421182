import { describe, expect, it } from 'vitest';
import { findNode, type AskVersion } from '../../vscode/src/node-runtime.js';

const versions = (found: Readonly<Record<string, string>>): AskVersion => path => Promise.resolve(found[path] ?? null);

describe('the Node of a session', () => {
  it.each(['v20.19.0', 'v22.1.0', 'v24.0.0'])('is the one on the PATH when it is %s', async version => {
    expect(await findNode('', '.', versions({ node: version }))).toEqual({ path: 'node', env: {}, version: version.slice(1) });
  });

  it.each([{}, { node: 'v20.18.3' }, { node: 'v18.20.0' }])('is the editor\'s own runtime when the PATH has %o', async found => {
    expect(await findNode('', '.', versions(found))).toEqual({ path: process.execPath, env: { ELECTRON_RUN_AS_NODE: '1' }, version: process.versions.node });
  });

  it('is the configured one, or an error that names it', async () => {
    const ask = versions({ '/opt/node': 'v22.0.0', '/old/node': 'v18.0.0', node: 'v24.0.0' });
    expect((await findNode('/opt/node', '.', ask)).path).toBe('/opt/node');
    await expect(findNode('/old/node', '.', ask)).rejects.toThrow('binvit.nodePath: expected a Node 20.19 or newer at /old/node, found v18.0.0');
    await expect(findNode('/no/node', '.', ask)).rejects.toThrow('at /no/node, found nothing that runs');
  });

  it('is asked for its version where the notebook lies', async () => {
    expect(Number((await findNode('', process.cwd())).version.split('.')[0])).toBeGreaterThanOrEqual(20);
  });
});
