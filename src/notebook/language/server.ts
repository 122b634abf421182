import { parse } from 'node:path';
import type { Socket } from 'node:net';
import { startupSnapshot } from 'node:v8';
import { encodeFrame, FrameReader } from '../session/frames.js';
import type { ExecuteRequest } from '../session/messages.js';
import { CellLanguage, type LanguageOptions } from './cell-language.js';
import { cellsDescriptor, descriptor, type ErrorRecord, type LanguageMethods, type LanguageReply, type LanguageRequest } from './messages.js';

/* The process of the language service. Its argument is the options in JSON; it ends with the process that started it. */

const pauseMs = 250;

if (startupSnapshot.isBuildingSnapshot()) {
  warmUp();
  startupSnapshot.setDeserializeMainFunction(() => { void serve(); });
} else {
  void serve();
}

/** TypeScript compiles lazily, and parsed typings are kept: what is used here is in the snapshot. */
function warmUp(): void {
  const language = new CellLanguage({ cwd: parse(process.cwd()).root });
  const cell = { id: '' };
  language.prepare('const total = [1, 2].map(x => x / 3); interface Pair<T> { left: T; right: T }', cell);
  language.commit('const total = [1, 2].map(x => x / 3)', cell);
  language.prepare('const pair: { left: number[] } = { left: total }; class A {}\n`${pair.left}`', cell);
  language.settle();
}

async function serve(): Promise<void> {
  // What talks to other processes cannot be part of a snapshot.
  const { Socket } = await import('node:net');
  const socket = new Socket({ fd: descriptor, readable: true, writable: true });
  socket.on('close', () => { process.exit(); });
  const cells = new Socket({ fd: cellsDescriptor, readable: false, writable: true });
  // Writing to a process that just died; the session knows.
  cells.on('error', () => undefined);
  const language = start(socket);
  const methods = methodsOf(language, cells);
  let idle: NodeJS.Timeout | undefined;

  const reader = new FrameReader<LanguageRequest>(({ id, method, args }) => {
    clearTimeout(idle);
    send(socket, reply(id, () => Reflect.apply(methods[method].bind(methods), undefined, args) as unknown));
    settleWhenIdle();
  });
  socket.on('data', (piece: Buffer) => { reader.push(piece); });
  // The first check is the slow one, so it is done before there is a cell.
  language.prepare('1', { id: '' });
  settleWhenIdle();

  /** Cells that run one after another come first. */
  function settleWhenIdle(): void {
    idle = setTimeout(() => { language.settle(); }, pauseMs);
  }
}

function methodsOf(language: CellLanguage, cells: Socket): LanguageMethods {
  return {
    run(code, cell, { run, check, ...options }) {
      const { converted, diagnostics, isSeen } = language.prepare(code, cell, check);
      if (converted === null || diagnostics.some(({ severity }) => severity === 'error')) return { kind: converted === null ? 'syntax' : 'type', diagnostics };
      const request: ExecuteRequest = { run, cell: { ...converted, id: cell.id, name: cell.name ?? '', ...options } };
      cells.write(encodeFrame(request));
      try {
        if (isSeen) language.commit(code, cell);
      } catch {
        // It runs; later cells that use its names are refused then.
      }
      return null;
    },
    diagnose: (...args) => language.diagnose(...args), complete: (...args) => language.complete(...args), inspect: (...args) => language.inspect(...args),
    signatureHelp: (...args) => language.signatureHelp(...args), isComplete: (...args) => language.isComplete(...args),
  };
}

function start(socket: Socket): CellLanguage {
  try {
    return new CellLanguage(JSON.parse(process.argv[2]!) as LanguageOptions);
  } catch (error) {
    send(socket, { status: 'stopped', error: recordOf(error) });
    throw error;
  }
}

function send(socket: Socket, reply: LanguageReply): void {
  socket.write(encodeFrame(reply));
}

function reply(id: number, answer: () => unknown): LanguageReply {
  try {
    return { id, status: 'ok', value: answer() };
  } catch (error) {
    return { id, status: 'error', error: recordOf(error) };
  }
}

function recordOf(error: unknown): ErrorRecord {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { name, message, stack };
}
