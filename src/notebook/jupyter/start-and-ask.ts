import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dealer } from 'zeromq';
import { MessageCodec } from './message.js';

const patienceMs = 20_000;

/**
 * Starts a kernel as a front end does, asks it who it is, and shuts it down.
 *
 * @param argv of its kernelspec
 * @throws Error with what the kernel said when it did not answer
 */
export async function startAndAsk(argv: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'binvit-doctor-'));
  const file = join(folder, 'connection.json');
  const [shell_port, iopub_port, stdin_port, control_port, hb_port] = await freePorts();
  writeFileSync(file, JSON.stringify({ shell_port, iopub_port, stdin_port, control_port, hb_port, ip: '127.0.0.1', transport: 'tcp', key: 'doctor' }), { mode: 0o600 });
  const [program, ...args] = argv.map(argument => argument.replace('{connection_file}', file));
  const kernel = spawn(program!, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  kernel.stderr.setEncoding('utf8').on('data', (text: string) => { said += text; });
  const ended = once(kernel, 'close');
  const control = new Dealer({ linger: 0, receiveTimeout: patienceMs });
  try {
    control.connect(`tcp://127.0.0.1:${control_port}`);
    const codec = new MessageCodec('doctor', 'hmac-sha256');
    const ask = async (type: string): Promise<void> => {
      await control.send(codec.encode({ type, content: {}, parentHeader: {} }));
      codec.decode(await control.receive());
    };
    const failed = ended.then(() => { throw new Error(said.trim() || 'it ended without a word'); });
    await Promise.race([ask('kernel_info_request'), failed]);
    await ask('shutdown_request');
    await ended;
  } finally {
    control.close();
    kernel.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function freePorts(): Promise<[number, number, number, number, number]> {
  const servers = Array.from({ length: 5 }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map(server => once(server, 'listening')));
  const ports = servers.map(server => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(server => once(server.close(), 'close')));
  return ports as [number, number, number, number, number];
}
