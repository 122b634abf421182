import { loadEngine, nativeInstructionSets, type EngineLibrary } from '../kernels/index.js';
import { readPackedFile } from './files.js';
import type { PackedFile } from './packed-file.js';
import { PackedModel as PortableModel } from './packed-model.js';

/** A packed model where there are files, and an engine to be found: the native build if it is there, else WASM. */
export class PackedModel extends PortableModel {
  /**
   * @param path file of `writePackedFile`
   * @throws Error that names the file and what is wrong with it
   */
  static load(path: string, engine?: EngineLibrary): PackedModel {
    return PackedModel.from(readPackedFile(path), engine);
  }

  /** The model of a file that has been read. */
  static override from(file: PackedFile, engine = loadEngine(nativeInstructionSets().length > 0 ? 'native' : 'wasm')): PackedModel {
    return new PackedModel(file, engine);
  }
}
