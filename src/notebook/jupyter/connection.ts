import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where the sockets of a kernel listen, and the key that its messages are signed with: the content of a connection file. */
export interface Connection {
  readonly shellPort: number;
  readonly iopubPort: number;
  readonly stdinPort: number;
  readonly controlPort: number;
  readonly heartbeatPort: number;
  /** Empty: messages are not signed. */
  readonly key: string;
  /** `hmac-` and the name of a digest. */
  readonly signatureScheme: string;
}

/** A front end may still be writing the file when it starts the kernel. */
const patienceMs = 2000;
const pauseMs = 50;

/**
 * Reads a connection file. One that is missing or half written is waited for a short while.
 *
 * @throws Error one sentence: the file cannot be read, is no connection file, or asks for other than TCP on 127.0.0.1
 */
export async function readConnection(path: string): Promise<Connection> {
  const end = performance.now() + patienceMs;
  for (;;) {
    try {
      return parseConnection(JSON.parse(readFileSync(path, 'utf8')));
    } catch (error) {
      const unfinished = error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (!unfinished || performance.now() > end) throw describe(path, error);
    }
    await sleep(pauseMs);
  }
}

function describe(path: string, error: unknown): Error {
  const code = (error as NodeJS.ErrnoException).code;
  const prefix = `connection file ${path}:`;
  if (code === 'ENOENT') {
    return new Error(`${prefix} not there after ${patienceMs / 1000} s; it is written by the front end that starts the kernel`, { cause: error });
  }
  if (code !== undefined) return new Error(`${prefix} cannot be read (${code}); check that it is a file that this user may read`, { cause: error });
  if (error instanceof SyntaxError) {
    return new Error(`${prefix} expected JSON, found: ${error.message} (still so after ${patienceMs / 1000} s); start the kernel anew`, { cause: error });
  }
  return new Error(`${prefix} ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}

function parseConnection(value: unknown): Connection {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('expected a JSON object');
  const fields = value as Readonly<Record<string, unknown>>;
  const port = (name: string): number => {
    const found = fields[name];
    if (typeof found !== 'number' || !Number.isInteger(found) || found < 1 || found > 65535) {
      throw new Error(`${name}: expected a port from 1 to 65535, found ${found === undefined ? 'nothing' : JSON.stringify(found)}`);
    }
    return found;
  };
  const text = (name: string, fallback: string): string => {
    const found = fields[name] ?? fallback;
    if (typeof found !== 'string') throw new Error(`${name}: expected text, found ${JSON.stringify(found)}`);
    return found;
  };
  const transport = text('transport', 'tcp');
  if (transport !== 'tcp') throw new Error(`transport: expected tcp, found ${transport}; configure the front end's kernel manager for tcp`);
  const ip = text('ip', '127.0.0.1');
  if (ip !== '127.0.0.1' && ip !== 'localhost') {
    throw new Error(`ip: expected 127.0.0.1, found ${ip}; this kernel can be reached from its own machine only`);
  }
  return {
    shellPort: port('shell_port'), iopubPort: port('iopub_port'), stdinPort: port('stdin_port'),
    controlPort: port('control_port'), heartbeatPort: port('hb_port'),
    key: text('key', ''), signatureScheme: text('signature_scheme', 'hmac-sha256'),
  };
}
