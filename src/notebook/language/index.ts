export { convertCell, type ConvertedCell, type SourceMapV3 } from './convert.js';
