import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { serverFlags, serverPath } from './snapshot.js';

/* node keep-snapshot.js FILE: makes the snapshot from which the language service starts. */

const mostKept = 4;
/** It needs seconds, but of a priority that gets little where the machine is busy. */
const mostMs = 300_000;
const file = process.argv[2]!;
const unfinished = `${file}.unfinished`;

setPriority(10);
mkdirSync(dirname(file), { recursive: true });
// Electron makes none.
if (!('electron' in process.versions) && !existsSync(file) && begin()) {
  const { status } = spawnSync(process.execPath, [...serverFlags, '--snapshot-blob', unfinished, '--build-snapshot', serverPath], { stdio: 'ignore', timeout: mostMs });
  if (status === 0) {
    renameSync(unfinished, file);
    removeOld();
  } else {
    rmSync(unfinished, { force: true });
  }
}

/** Whether no other process is at it. */
function begin(): boolean {
  const stats = statSync(unfinished, { throwIfNoEntry: false });
  if (stats !== undefined && Date.now() - stats.mtimeMs > mostMs) rmSync(unfinished, { force: true });
  try {
    closeSync(openSync(unfinished, 'wx'));
    return true;
  } catch {
    return false;
  }
}

/** Each Node and each version has a file of tens of MB: those made last stay. */
function removeOld(): void {
  const snapshots = readdirSync(dirname(file)).filter(name => name.endsWith('.snapshot')).map(name => join(dirname(file), name));
  const byAge = snapshots.map(path => ({ path, made: statSync(path).mtimeMs })).sort((a, b) => b.made - a.made);
  for (const { path } of byAge.slice(mostKept)) rmSync(path, { force: true });
}
