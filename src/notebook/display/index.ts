export { html, image, json, latex, markdown, svg } from './content.js';
export { describe } from './describe.js';
export { clear, display, input, show, type DisplayHandle, type DisplayOptions } from './display.js';
export type { FigureLike } from './figure.js';
export { outletKey } from './current-outlet.js';
export type { Outlet } from './outlet.js';
export { progress, type Progress } from './progress.js';
export { displaySymbol, type Content, type Rich } from './rich.js';
export { tensorType, isTensor } from './tensor.js';
