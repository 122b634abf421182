/** What of this floor needs no Node: packed models run in browsers too, and import from here. */
export { parseSafetensors, type Safetensors } from './safetensors-content.js';
export { safetensorsArrays, toFloat32, toHalf, type SafetensorsData, type SafetensorsDtype, type SafetensorsTensor } from './safetensors-dtype.js';
