// The native build's linear memory and threads.
#pragma once
#include <stddef.h>

namespace binvit {

struct Memory {
  char* base = nullptr;
  size_t bytes = 0;
};

// Maps the linear memory once; base is null when the system refuses even the smallest.
const Memory& mapMemory();

// Threads that kernels may use, 1 to 256.
void setThreads(int count);

}  // namespace binvit
