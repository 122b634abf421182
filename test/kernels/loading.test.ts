import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { loadEngine, nativeEngine, nativeInstructionSets } from '../../src/kernels/index.js';
import { threadsFromEnvironment } from '../../src/kernels/threads.js';

beforeEach(() => { vi.stubEnv('BINVIT_ISA', ''); });
afterEach(() => { vi.unstubAllEnvs(); });

describe('loadEngine', () => {
  it('gives the WASM build, once, whose memory grows and starts as zeros', () => {
    const engine = loadEngine('wasm');
    expect(loadEngine('wasm')).toBe(engine);
    expect(engine).toMatchObject({ kind: 'wasm', isa: 'simd128', threads: 1 });
    const { memory } = engine;
    const end = memory.buffer().byteLength + 100_000;
    memory.reserve(end);
    expect(memory.buffer().byteLength).toBeGreaterThanOrEqual(end);
    expect(new Float32Array(memory.buffer(), end - 64, 16).every(value => value === 0)).toBe(true);
    expect(memory.heapBase % 64).toBe(0);
    expect(() => { memory.reserve(memory.limit + 1); }).toThrow(/^WASM memory cannot grow from \d+ to 4294967297 bytes\.$/);
  });

  it.runIf(nativeInstructionSets().length > 0)('gives the native build at the best instruction set, over one memory', () => {
    const engine = loadEngine('native');
    expect(loadEngine('native')).toBe(engine);
    expect(engine).toMatchObject({ kind: 'native', isa: nativeInstructionSets()[0] });
    for (const isa of nativeInstructionSets()) {
      vi.stubEnv('BINVIT_ISA', isa);
      expect(loadEngine('native').isa).toBe(isa);
      expect(loadEngine('native').memory.buffer()).toBe(engine.memory.buffer());
    }
    expect(engine.memory.heapBase).toBeGreaterThan(0);
    expect(() => { engine.memory.reserve(engine.memory.limit + 1); }).toThrow(/^The engine's memory holds \d+ bytes, but \d+ are needed/);
  });

  it.runIf(nativeInstructionSets().length > 0)('refuses an instruction set that is not there, naming those that are', () => {
    vi.stubEnv('BINVIT_ISA', 'mmx');
    expect(() => loadEngine('native')).toThrow(/^BINVIT_ISA was "mmx", but this build has only .*; allowed here: .*(scalar|neon)\.$/);
    expect(() => nativeEngine('simd128')).toThrow(/^Instruction set "simd128" was asked for, but this build has only /);
  });
});

describe('the number of threads', () => {
  it('is 1 unless BINVIT_THREADS says otherwise, and a whole number', () => {
    vi.stubEnv('BINVIT_THREADS', '');
    expect(threadsFromEnvironment()).toBe(1);
    vi.stubEnv('BINVIT_THREADS', '3');
    expect(threadsFromEnvironment()).toBe(3);
    for (const wrong of ['0', '1.5', 'all', '257']) {
      vi.stubEnv('BINVIT_THREADS', wrong);
      expect(threadsFromEnvironment).toThrow(`BINVIT_THREADS was "${wrong}", but a whole number from 1 to 256 was expected.`);
    }
  });

  it.runIf(nativeInstructionSets().length > 0)('must lie between 1 and 256', () => {
    const engine = nativeEngine();
    for (const wrong of [0, 257]) expect(() => { engine.setThreads(wrong); }).toThrow(RangeError);
    engine.setThreads(2);
    expect(nativeEngine(nativeInstructionSets().at(-1)).threads).toBe(2);
    engine.setThreads(1);
  });
});
