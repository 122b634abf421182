export { CellLanguage, type PreparedCell } from './cell-language.js';
export type { ConvertedCell, SourceMapV3 } from './convert.js';
export { LanguageClient } from './client.js';
