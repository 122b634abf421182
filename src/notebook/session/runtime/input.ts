import type { SessionRequest } from '../messages.js';
import { report } from './reports.js';
import { runOfOutput } from './runs.js';

interface Question {
  readonly answered: (text: string) => void;
  readonly refused: (error: Error) => void;
}

const questions = new Map<number, Question>();
let lastQuestion = 0;

/** Asks the person in front of the notebook. */
export function ask(prompt: string, password: boolean): Promise<string> {
  const run = runOfOutput();
  if (run?.cell.canAsk !== true) {
    return Promise.reject(new Error('input(): expected a front end that can ask, found none; give the value as a parameter of the notebook instead'));
  }
  const question = ++lastQuestion;
  return new Promise((answered, refused) => {
    questions.set(question, { answered, refused });
    report({ type: 'input', run: run.id, question, request: { prompt, password } });
  });
}

/** Takes an answer. */
export function receiveAnswer(request: Extract<SessionRequest, { type: 'answer' | 'noAnswer' }>): void {
  const question = questions.get(request.question);
  questions.delete(request.question);
  if (request.type === 'answer') question?.answered(request.text);
  else question?.refused(new Error(request.reason));
}
