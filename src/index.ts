/**
 * binvit's public API: everything of every floor. A user who wants one floor imports its subpath (`binvit/binarize`, ...).
 */
export * from './analysis/index.js';
export * from './backend/index.js';
export * from './binarize/index.js';
export * from './data/index.js';
export * from './experiments/index.js';
export * from './figures/index.js';
export * from './inference/index.js';
export * from './io/index.js';
export * from './layers/index.js';
export * from './models/index.js';
export * from './ops/index.js';
export * from './packing/index.js';
export * from './pictures/index.js';
export * from './report/index.js';
export * from './training/index.js';
