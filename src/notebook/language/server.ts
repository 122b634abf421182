import { parse } from 'node:path';
import { startupSnapshot } from 'node:v8';
import { CellLanguage, type LanguageOptions } from './cell-language.js';
import type { LanguageReply, LanguageRequest } from './messages.js';

/*
 * The process of the language service. Its arguments are the options in JSON, and the path of the snapshot from which it was
 * started or, where there is none yet, the next one shall be.
 */

const pauseMs = 250;

if (startupSnapshot.isBuildingSnapshot()) {
  warmUp();
  startupSnapshot.setDeserializeMainFunction(() => { serve(true); });
} else {
  serve(false);
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

function serve(fromSnapshot: boolean): void {
  const [, , options, snapshot] = process.argv as [string, string, string, string];
  const language = start(JSON.parse(options) as LanguageOptions);
  let idle: NodeJS.Timeout | undefined;
  // Electron makes none.
  let isKept = fromSnapshot || 'electron' in process.versions;

  // It ends with the process that started it.
  process.on('disconnect', () => { process.exit(); });
  process.on('message', ({ id, method, args }: LanguageRequest) => {
    clearTimeout(idle);
    send(reply(id, () => Reflect.apply(language[method].bind(language), undefined, args) as unknown));
    settleWhenIdle();
  });
  // The first check is the slow one, so it is done before there is a cell.
  language.prepare('1', { id: '' });
  settleWhenIdle();

  /** Cells that run one after another come first. */
  function settleWhenIdle(): void {
    idle = setTimeout(() => {
      language.settle();
      if (isKept) return;
      isKept = true;
      // What starts processes cannot be part of a snapshot.
      void import('./snapshot.js').then(({ keepSnapshot }) => { keepSnapshot(snapshot); });
    }, pauseMs);
  }
}

function start(options: LanguageOptions): CellLanguage {
  try {
    return new CellLanguage(options);
  } catch (error) {
    send({ status: 'stopped', error: error as Error });
    throw error;
  }
}

function send(reply: LanguageReply): void {
  process.send!(reply);
}

function reply(id: number, answer: () => unknown): LanguageReply {
  try {
    return { id, status: 'ok', value: answer() };
  } catch (error) {
    return { id, status: 'error', error: error instanceof Error ? error : new Error(String(error)) };
  }
}
