import { Session, type Runtime } from 'node:inspector';
import { setImmediate } from 'node:timers';
import { promiseHooks } from 'node:v8';
import { unshielded } from './interruption.js';
import { outsideRuns } from './runs.js';

/** Each script has one of its own, which is made while no cell is waiting: what a session has evaluated, it keeps alive. */
let session = connected();

/**
 * Evaluates a script in V8's REPL mode, in the main context: names may be declared anew, `await` stands at the top level, and
 * what a failing script has declared stays.
 *
 * Of the inspector's answer only a syntax error is used. V8 would tell the end of the script through the inspector too, but that
 * fails when the script waits for something that is collected as garbage, and fatally so in Node 22. So the promise of the
 * script is caught when V8 makes it, before any other.
 *
 * @returns settles with the script
 */
export function evaluate(script: string): Promise<unknown> {
  const caught: { completion?: Promise<unknown>; refusal?: string | undefined } = {};
  const stopListening = promiseHooks.onInit((promise: Promise<unknown>) => {
    caught.completion ??= promise;
  }) as () => void;
  unshielded(() => {
    session.post('Runtime.evaluate', { expression: script, replMode: true }, (error: Error | null, answer?: object) => {
      const { exceptionDetails } = (answer ?? {}) as Partial<Runtime.EvaluateReturnType>;
      caught.refusal = exceptionDetails?.exception?.description ?? error?.message;
    });
  });
  stopListening();
  outsideRuns(() => { setImmediate(renewSession); });
  return caught.completion ?? Promise.reject(new SyntaxError(caught.refusal?.replace(/^SyntaxError: /, '') ?? 'the script was not run'));
}

function connected(): Session {
  const made = new Session();
  made.connect();
  return made;
}

function renewSession(): void {
  session.disconnect();
  session = connected();
}
