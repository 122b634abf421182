export { claims, type Claim, type Comparison } from './claims.js';
export { converged, judgeClaims } from './judge.js';
export { runName, type ResultRow, type RowEnvironment } from './result-row.js';
export { holm, meanEstimate, signFlipTest, significance, smallestSignFlipP, tTest, type MeanEstimate } from './statistics.js';
export type { ClaimResult, ComparisonResult, Verdict } from './verdict.js';
