// The native build's linear memory and threads.
#pragma once
#include <stddef.h>

namespace binvit {

struct Memory {
  char* base = nullptr;
  size_t bytes = 0;
};

constexpr size_t kMostMemory = size_t{1} << 32;  // what an ArrayBuffer of Node 20 may have
constexpr size_t kLeastMemory = size_t{1} << 28;

// Maps the calling thread's linear memory, as much of kMostMemory as the system grants; base is null when that is less than
// kLeastMemory.
Memory mapMemory();
void unmapMemory(Memory mapped);

// Threads that kernels may use, 1 to 256.
void setThreads(int count);

}  // namespace binvit
