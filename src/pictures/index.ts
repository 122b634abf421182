export * from './browser.js';
export { decodeImage } from './image-file.js';
