export { startSession } from './session.js';
export type * from './types.js';
