export * from './browser.js';
export { loadEngine } from './load.js';
export { nativeEngine, nativeInstructionSets } from './native.js';
