import { describe, expect, it } from 'vitest';
import { dataFolders, historyFile, userDataFolder, type Surroundings } from '../../../src/notebook/jupyter/index.js';

const linux = (env: Surroundings['env'] = {}): Surroundings => ({ platform: 'linux', home: '/home/u', env });

describe('the folders of Jupyter', () => {
  it('the user\'s follow the platform', () => {
    expect(userDataFolder(linux())).toBe('/home/u/.local/share/jupyter');
    expect(userDataFolder(linux({ XDG_DATA_HOME: '/data' }))).toBe('/data/jupyter');
    expect(userDataFolder(linux({ XDG_DATA_HOME: '' }))).toBe('/home/u/.local/share/jupyter');
    expect(userDataFolder({ platform: 'darwin', home: '/Users/u', env: { XDG_DATA_HOME: '/data' } })).toBe('/Users/u/Library/Jupyter');
    expect(userDataFolder({ platform: 'win32', home: '/u', env: { APPDATA: '/roaming' } })).toBe('/roaming/jupyter');
    expect(userDataFolder(linux({ JUPYTER_DATA_DIR: '/jupyter' }))).toBe('/jupyter');
  });

  it('JUPYTER_PATH comes first, then the user, the environment and the system', () => {
    expect(dataFolders(linux({ JUPYTER_PATH: '/a:/b', VIRTUAL_ENV: '/venv', CONDA_PREFIX: '/conda' }))).toEqual([
      '/a', '/b', '/home/u/.local/share/jupyter', '/venv/share/jupyter', '/conda/share/jupyter', '/usr/local/share/jupyter', '/usr/share/jupyter',
    ]);
    expect(dataFolders({ platform: 'win32', home: '/u', env: { JUPYTER_PATH: 'a;b', APPDATA: '/roaming', PROGRAMDATA: '/program' } })).toEqual([
      'a', 'b', '/roaming/jupyter', '/program/jupyter',
    ]);
  });

  it('the history lies with the state of programs', () => {
    expect(historyFile(linux())).toBe('/home/u/.local/state/binvit/history.jsonl');
    expect(historyFile(linux({ XDG_STATE_HOME: '/state' }))).toBe('/state/binvit/history.jsonl');
    expect(historyFile({ platform: 'darwin', home: '/Users/u', env: {} })).toBe('/Users/u/Library/Application Support/binvit/history.jsonl');
    expect(historyFile({ platform: 'win32', home: '/u', env: { LOCALAPPDATA: '/local' } })).toBe('/local/binvit/history.jsonl');
  });
});
