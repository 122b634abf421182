import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockBytes, Heap } from '../../src/kernels/heap.js';
import type { EngineMemory } from '../../src/kernels/index.js';

const heapBase = 4096;

/** A memory without bytes: the heap hands out offsets alone. */
function boundedMemory(limit = Infinity): EngineMemory {
  return {
    heapBase,
    limit,
    buffer: () => new ArrayBuffer(0),
    reserve(end) {
      if (end > limit) throw new RangeError(`${end} bytes are more than ${limit}`);
    },
  };
}

/** Sizes of allocations; a negative number frees the block that many places back in the list of live ones. */
const requests = fc.array(fc.oneof(fc.integer({ min: 0, max: 5_000_000 }), fc.integer({ min: -40, max: -1 })), { maxLength: 200 });

interface Block { offset: number; sizeBytes: number }

function replay(heap: Heap, script: readonly number[], check: (live: readonly Block[], added: Block) => void = () => undefined): void {
  const live: Block[] = [];
  for (const request of script) {
    if (request >= 0) {
      const block = { offset: heap.allocate(request), sizeBytes: request };
      check(live, block);
      live.push(block);
    } else if (live.length > 0) {
      const [block] = live.splice(-request % live.length, 1);
      heap.free(block!.offset, block!.sizeBytes);
    }
  }
  for (const { offset, sizeBytes } of live) heap.free(offset, sizeBytes);
}

describe('the heap', () => {
  it('never hands out overlapping blocks, and starts each at a cache line', () => {
    fc.assert(fc.property(requests, script => {
      replay(new Heap(boundedMemory()), script, (live, added) => {
        expect(added.offset % 64).toBe(0);
        expect(added.offset).toBeGreaterThanOrEqual(heapBase);
        for (const { offset, sizeBytes } of live) {
          expect(added.offset + added.sizeBytes <= offset || offset + sizeBytes <= added.offset).toBe(true);
        }
      });
    }), { numRuns: 60 });
  });

  it('takes nothing new for a sequence of requests that it has served before', () => {
    fc.assert(fc.property(requests, script => {
      const heap = new Heap(boundedMemory());
      replay(heap, script);
      const reserved = heap.reservedBytes;
      replay(heap, script);
      expect(heap.reservedBytes).toBe(reserved);
    }), { numRuns: 60 });
  });

  it('wastes at most an eighth of a block beyond one cache line', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 2 ** 40 }), sizeBytes => {
      expect(blockBytes(sizeBytes)).toBeGreaterThanOrEqual(sizeBytes);
      expect(blockBytes(sizeBytes)).toBeLessThanOrEqual(64 * Math.ceil(sizeBytes / 64) * (1 + 1 / 8));
      expect(blockBytes(blockBytes(sizeBytes))).toBe(blockBytes(sizeBytes));
    }));
  });

  it('stays usable after the memory refused a request', () => {
    const heap = new Heap(boundedMemory(heapBase + 1024));
    expect(() => heap.allocate(4096)).toThrow(RangeError);
    expect(heap.allocate(1024)).toBe(heapBase);
  });
});
