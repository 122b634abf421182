import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A running VS Code for the browser. */
export interface Editor {
  readonly url: string;
  close(): Promise<void>;
}

/** Settings that keep the page still, so that checks see only what they do. */
const settings = {
  'workbench.colorTheme': 'Default Dark Modern', 'git.enabled': false,
  'workbench.startupEditor': 'none', 'workbench.tips.enabled': false, 'telemetry.telemetryLevel': 'off', 'files.autoSave': 'off',
  'security.workspace.trust.startupPrompt': 'never', 'window.restoreWindows': 'none', 'update.mode': 'none', 'chat.commandCenter.enabled': false,
};

/**
 * Starts the editor on 127.0.0.1 with one extension and an empty PATH: neither Jupyter nor Python nor a Node of its own is to be
 * had.
 *
 * @param entry code-server's main file
 * @param vsix the packed extension
 * @param home folder for everything that the editor writes
 */
export async function startEditor(entry: string, vsix: string, home: string): Promise<Editor> {
  mkdirSync(join(home, 'data', 'User'), { recursive: true });
  writeFileSync(join(home, 'data', 'User', 'settings.json'), JSON.stringify(settings));
  mkdirSync(join(home, 'bin'), { recursive: true });
  // VSCODE_CLI: the editor asks no login shell for another PATH.
  const env = { HOME: home, PATH: join(home, 'bin'), LANG: 'C.UTF-8', VSCODE_CLI: '1' };
  const options = ['--config', join(home, 'config.yaml'), '--user-data-dir', join(home, 'data'), '--extensions-dir', join(home, 'extensions')];
  await promisify(execFile)(process.execPath, [entry, ...options, '--install-extension', vsix], { env });
  const server = spawn(process.execPath, [entry, ...options, '--auth', 'none', '--bind-addr', '127.0.0.1:0', '--disable-telemetry', '--disable-update-check'], { env });
  return { url: await listening(server), close: () => stop(server) };
}

function listening(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (data: Buffer): void => {
      output += data.toString();
      const url = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1];
      if (url !== undefined) resolve(url);
    };
    server.stdout?.on('data', read);
    server.stderr?.on('data', read);
    server.once('exit', code => { reject(new Error(`The editor ended with exit code ${code ?? 'none'} before it listened:\n${output}`)); });
  });
}

async function stop(server: ChildProcess): Promise<void> {
  const ended = new Promise(resolve => server.once('exit', resolve));
  server.kill();
  await ended;
}
