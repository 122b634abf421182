export { type Connection, readConnection } from './connection.js';
export { type Diagnosis, type Examination, examine } from './doctor.js';
export { dataFolders, historyFile, prefixDataFolder, type Surroundings, userDataFolder } from './folders.js';
export { installedKernels, type InstalledKernel, installKernel, type InstallPlace, kernelName, type KernelSpec, ownKernelSpec, uninstallKernel } from './kernelspec.js';
export type { JsonObject } from './message.js';
