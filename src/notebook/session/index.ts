export { bundleJson, type BundleEvent } from './report-frames.js';
export { startSession } from './session.js';
export type * from './types.js';
