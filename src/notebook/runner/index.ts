export {
  cellTags, formatNotebook, isJsonMime, newCellId, parseNotebook, readNotebook, writeNotebook, type Cell, type CodeCell, type DisplayOutput,
  type ErrorOutput, type MarkdownCell, type Metadata, type Notebook, type Output, type RawCell, type ResultOutput, type StreamOutput,
} from './format/index.js';
export { checkNotebook, type CellMismatch } from './run/check-notebook.js';
export { parseParameter, parseRawParameter, readParameters } from './run/parameter-text.js';
export type { ParameterValues } from './run/parameters.js';
export { runNotebook, type CellTurn, type RunOptions, type RunResult } from './run/run-notebook.js';
