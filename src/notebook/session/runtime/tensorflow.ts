/** What TensorFlow.js keeps on the global object, as far as it is needed here; there once it is loaded. */
interface Engine {
  readonly state: { gradientDepth: number; kernelDepth: number; activeTape: unknown; numDataMovesStack: number[]; readonly scopeStack: readonly unknown[] };
  endScope(): void;
}

/**
 * Closes what a stopped run left open in TensorFlow.js. Its engine counts how deep it is in scopes, gradients and kernels, and counts
 * back in `finally`, which a termination skips: the next gradient would find the tape of the old one and fail.
 */
export function closeTensorScopes(): void {
  const engine = (globalThis as { readonly _tfengine?: Engine })._tfengine;
  if (engine === undefined) return;
  Object.assign(engine.state, { gradientDepth: 0, kernelDepth: 0, activeTape: null, numDataMovesStack: [] });
  while (engine.state.scopeStack.length > 0) engine.endScope();
}
