import { parentPort, workerData } from 'node:worker_threads';
import { CellLanguage, type LanguageOptions } from './cell-language.js';
import { keepCompiled } from './typescript.js';
import type { LanguageReply, LanguageRequest } from './messages.js';

const pauseMs = 250;
const port = parentPort!;
const language = new CellLanguage(workerData as LanguageOptions);
let idle: NodeJS.Timeout | undefined;

port.on('message', ({ id, method, args }: LanguageRequest) => {
  clearTimeout(idle);
  port.postMessage(reply(id, () => Reflect.apply(language[method].bind(language), undefined, args) as unknown));
  settleWhenIdle();
});

// The first check is the slow one, so it is done before there is a cell.
language.prepare('1', { id: '' });
settleWhenIdle();

function reply(id: number, answer: () => unknown): LanguageReply {
  try {
    return { id, status: 'ok', value: answer() };
  } catch (error) {
    return { id, status: 'error', error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** Cells that run one after another come first. */
function settleWhenIdle(): void {
  idle = setTimeout(() => {
    language.settle();
    void keepCompiled();
  }, pauseMs);
}
