import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import type { EngineLibrary, EngineMemory, InstructionSet } from './engine.js';
import { threadsFromEnvironment } from './threads.js';

/** The C functions that the addon binds for one instruction set. */
type Functions = Omit<EngineLibrary, 'kind' | 'isa' | 'memory' | 'threads' | 'setThreads'>;

/** What `native/addon.cpp` exports. */
interface Addon {
  /** Instruction sets that this processor can run, best first. */
  supported: InstructionSet[];
  /** Instruction sets in this build, best first. */
  compiled: InstructionSet[];
  heapBase: number;
  /** Maps the linear memory, `limit` bytes or, where the system refuses them, the most that it grants. */
  memory(): ArrayBuffer;
  setThreads(threads: number): void;
  bind(isa: InstructionSet): Functions;
}

const addonPath = fileURLToPath(new URL('../../build/binvit.node', import.meta.url));

let addon: Addon | undefined;
let buffer: ArrayBuffer | undefined;
const libraries = new Map<InstructionSet, EngineLibrary>();

function openAddon(): Addon {
  try {
    addon ??= createRequire(import.meta.url)(addonPath) as Addon;
    return addon;
  } catch (error) {
    throw new Error(
      'The native engine is not usable: build/binvit.node was expected to load, but '
      + `${(error instanceof Error ? error.message : String(error)).split('\n')[0]}; `
      + '"npm run install" compiles it where a C++ compiler is installed.');
  }
}

/** Instruction sets of the native build that this processor runs, best first; empty without a native build. */
export function nativeInstructionSets(): InstructionSet[] {
  try {
    return openAddon().supported;
  } catch {
    return [];
  }
}

function chooseInstructionSet({ supported, compiled }: Addon, forced: string | undefined): InstructionSet {
  const found = forced === undefined ? supported[0] : supported.find(isa => isa === forced);
  if (found !== undefined) return found;
  const why = compiled.some(isa => isa === forced)
    ? 'this processor does not support it'
    : `this build has ${compiled.join(', ')}`;
  throw new Error(`BINVIT_ISA was "${String(forced)}", but ${why}; allowed here: ${supported.join(', ')}.`);
}

/**
 * The native build, bound to one instruction set; all sets share one linear memory.
 *
 * @param isa instruction set; unless given, `BINVIT_ISA`, or the best that the processor runs
 * @throws Error when the addon is missing or the instruction set cannot be run
 */
export function loadNative(isa?: InstructionSet): EngineLibrary {
  const opened = openAddon();
  const chosen = chooseInstructionSet(opened, isa ?? process.env.BINVIT_ISA);
  const known = libraries.get(chosen);
  if (known !== undefined) return known;

  const mapped = buffer ??= opened.memory();
  const memory: EngineMemory = {
    heapBase: opened.heapBase,
    limit: mapped.byteLength,
    buffer: () => mapped,
    reserve(end) {
      if (end > mapped.byteLength) {
        throw new RangeError(`The engine's memory holds ${mapped.byteLength} bytes, but ${end} are needed.`);
      }
    },
  };
  let threads = threadsFromEnvironment();
  opened.setThreads(threads);
  const library: EngineLibrary = {
    kind: 'native',
    isa: chosen,
    memory,
    get threads() { return threads; },
    setThreads(count) {
      opened.setThreads(count);
      threads = count;
    },
    ...opened.bind(chosen),
  };
  libraries.set(chosen, library);
  return library;
}
