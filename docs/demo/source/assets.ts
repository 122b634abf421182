// A script of its own, so that the page opens from a file, where nothing can be fetched, and so that code may change without them.
export { default as wasm } from '../../../native/binvit.wasm';
export { default as binary } from '../models/binary.safetensors';
export { default as float } from '../models/float.safetensors';
export { default as measured } from '../models/models.json' with { type: 'json' };
