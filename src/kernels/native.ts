import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { withAttentionLimit } from './attention-limit.js';
import type { EngineFunctions, EngineLibrary, EngineMemory, InstructionSet } from './engine.js';
import { Heap } from './heap.js';
import { threadsFromEnvironment } from './threads.js';

/** What `native/addon.cpp` exports. */
interface Addon {
  /** Instruction sets that this processor can run, best first. */
  supported: InstructionSet[];
  /** Instruction sets in this build, best first. */
  compiled: InstructionSet[];
  heapBase: number;
  /** The linear memory: address space whose pages are committed when they are touched. */
  memory: ArrayBuffer;
  setThreads(threads: number): void;
  /** The functions, compiled for one instruction set. */
  bind(isa: InstructionSet): EngineFunctions;
}

const addonPath = fileURLToPath(new URL('../../build/binvit.node', import.meta.url));

let addon: Addon | undefined;
/** All instruction sets work in one memory. */
let heap: Heap | undefined;
let threads = 1;
const libraries = new Map<InstructionSet, EngineLibrary>();

function openAddon(): Addon {
  if (addon !== undefined) return addon;
  const wantedThreads = threadsFromEnvironment();
  try {
    addon = createRequire(import.meta.url)(addonPath) as Addon;
    addon.setThreads(wantedThreads);
    threads = wantedThreads;
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

function chooseInstructionSet({ supported, compiled }: Addon, wanted: InstructionSet | undefined): InstructionSet {
  const forced = wanted ?? process.env.BINVIT_ISA;
  const found = forced === undefined || forced === '' ? supported[0] : supported.find(isa => isa === forced);
  if (found !== undefined) return found;
  const source = wanted === undefined ? `BINVIT_ISA was "${String(forced)}"` : `Instruction set "${wanted}" was asked for`;
  const why = compiled.some(isa => isa === forced)
    ? 'this processor does not support it'
    : `this build has only ${compiled.join(', ')}`;
  throw new Error(`${source}, but ${why}; allowed here: ${supported.join(', ')}.`);
}

/**
 * The native build, bound to one instruction set; all sets share one linear memory.
 *
 * @param isa instruction set; unless given, `BINVIT_ISA`, or the best that the processor runs
 * @throws Error when the addon is missing or the instruction set cannot be run
 */
export function nativeEngine(isa?: InstructionSet): EngineLibrary {
  const opened = openAddon();
  const chosen = chooseInstructionSet(opened, isa);
  const known = libraries.get(chosen);
  if (known !== undefined) return known;

  const memory: EngineMemory = {
    heapBase: opened.heapBase,
    limit: opened.memory.byteLength,
    buffer: () => opened.memory,
    reserve(end) {
      if (end > opened.memory.byteLength) {
        throw new RangeError(`The engine's memory holds ${opened.memory.byteLength} bytes, but ${end} are needed.`);
      }
    },
  };
  const library: EngineLibrary = {
    kind: 'native',
    isa: chosen,
    memory,
    heap: heap ??= new Heap(memory),
    get threads() { return threads; },
    setThreads(count) {
      opened.setThreads(count);
      threads = count;
    },
    ...withAttentionLimit(opened.bind(chosen)),
  };
  libraries.set(chosen, library);
  return library;
}
