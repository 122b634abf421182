export { claims, type Claim, type Comparison } from './claims.js';
export { cellBits, cellName, gridCells, gridDataNames, gridJob, gridModel, type Cell, type GridDataName, type Job } from './grid.js';
export { converged, judgeClaims } from './judge.js';
export { profileNames, profiles, type Profile, type ProfileName } from './profiles.js';
export type { GridProgress } from './progress.js';
export { runName, type ResultRow, type RowEnvironment } from './result-row.js';
export { readResults, resultsPath, runJobs, type RunJobsOptions, type StoredResults } from './run-jobs.js';
export { holm, meanEstimate, signFlipTest, significance, smallestSignFlipP, tTest, type MeanEstimate } from './statistics.js';
export {
  chooseRate, defaultLearningRate, readTunedTable, tunedTablePath, type ChosenRate, type TunedCell, type TunedProfile, type TunedTable,
  type TunedTrial,
} from './tuned-table.js';
export type { ClaimResult, ComparisonResult, Verdict } from './verdict.js';
