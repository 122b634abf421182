export { removeTemporaryFiles, writeFileAtomic } from './atomic-file.js';
export { formatCsv, readCsv, writeCsv, type CsvRow, type CsvSchema, type CsvTable } from './csv.js';
export { appendLine, JsonlWriter, latestRows, readJsonl, repairJsonl, type DamagedLine, type JsonlContent } from './jsonl.js';
export { modelFolder } from './model-folder.js';
export { safetensorsArrays, toFloat32, type SafetensorsData, type SafetensorsDtype, type SafetensorsTensor } from './safetensors-dtype.js';
export { readSafetensors, writeSafetensors, type Safetensors } from './safetensors.js';
export { withFile, type SizedFile } from './sized-file.js';
export { sniff, sniffBytes, type Sniffed } from './sniff.js';
export { packageVersion } from './package-version.js';
