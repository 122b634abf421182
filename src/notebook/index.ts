export {
  clear, display, html, image, input, json, latex, markdown, progress, show, svg,
  type Content, type DisplayHandle, type DisplayOptions, type FigureLike, type Progress,
} from './display/index.js';
export * from './session/index.js';
