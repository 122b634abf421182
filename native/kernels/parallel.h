// Tasks on the engine's threads, and the scratch memory that each thread owns. Kernels cut their work into tasks whose
// outputs are disjoint and whose sums have an order of their own, so that results do not depend on the number of threads.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace binvit {

// Private memory of one thread, so that no kernel allocates. In the native build it is committed when first touched.
struct Scratch {
  alignas(64) float packedA[1 << 16];
  alignas(64) float packedB[1 << 18];
  alignas(64) uint32_t weightBits[1 << 18];
  alignas(64) uint32_t inputBits[1 << 16];
  alignas(64) float work[1 << 19];
};

#ifndef __wasm__
Scratch& scratch();
// 1 inside a task, so that tasks do not split further.
int threadCount();
// Where offset 0 of the linear memory is.
char* memoryBase();
void runTasks(int tasks, void (*run)(const void* context, int task), const void* context);
#endif

}  // namespace binvit

// Each instruction set needs its own copy of these, hence the anonymous namespace.
namespace {

#ifdef __wasm__
binvit::Scratch wasmScratch;
inline binvit::Scratch& scratch() { return wasmScratch; }
inline int threadCount() { return 1; }
inline char* memoryBase() { return nullptr; }
#else
using binvit::memoryBase;
using binvit::scratch;
using binvit::threadCount;
#endif
using binvit::Scratch;

// Calls task(0) ... task(tasks - 1), on several threads when there are several.
template <class Task>
inline void parallelFor(int tasks, const Task& task) {
#ifndef __wasm__
  if (tasks > 1 && threadCount() > 1) {
    binvit::runTasks(tasks, [](const void* context, int i) { (*static_cast<const Task*>(context))(i); }, &task);
    return;
  }
#endif
  for (int i = 0; i < tasks; i++) task(i);
}

// Elements per task of element-wise kernels.
constexpr ptrdiff_t kElementPiece = 1 << 15;

// Piece i of [0, count) cut every `size`.
struct Piece {
  ptrdiff_t begin, end;
};
inline int pieces(ptrdiff_t count, ptrdiff_t size) { return static_cast<int>((count + size - 1) / size); }
inline Piece piece(ptrdiff_t count, ptrdiff_t size, int i) {
  const ptrdiff_t begin = i * size;
  return {begin, count - begin < size ? count : begin + size};
}

}  // namespace
