import { Session, type Runtime } from 'node:inspector';
import { setImmediate } from 'node:timers';
import { promiseHooks } from 'node:v8';
import { unshielded } from './interruption.js';
import { outsideRuns } from './runs.js';

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
  const session = new Session();
  session.connect();
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
  // Which takes a fifth of a small cell's time here, so it is done when that has been reported.
  outsideRuns(() => { setImmediate(() => { session.disconnect(); }); });
  return caught.completion ?? Promise.reject(new SyntaxError(caught.refusal?.replace(/^SyntaxError: /, '') ?? 'the script was not run'));
}
