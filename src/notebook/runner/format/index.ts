export { newCellId } from './cell-id.js';
export {
  cellTags, isJsonMime, namedLanguage, type Cell, type CodeCell, type DisplayOutput, type ErrorOutput, type MarkdownCell, type Metadata, type Notebook, type Output,
  type RawCell, type ResultOutput, type StreamOutput,
} from './notebook.js';
export { parseNotebook, readNotebook } from './read.js';
export { formatNotebook, writeNotebook } from './write.js';
