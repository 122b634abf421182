// Subnormal numbers count as zero while a kernel runs. Training without scaling factors makes gradients so small that a step
// would spend most of its time in the processor's slow path for them.
#pragma once
#include <stdint.h>
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace binvit {

// Sets the thread's floating-point mode for the lifetime of the object; JavaScript, which runs between kernels, keeps its own.
class FlushSubnormals {
 public:
#if defined(__SSE2__)
  FlushSubnormals() : kept_(_mm_getcsr()) { _mm_setcsr(kept_ | 0x8040); }  // flush to zero, denormals are zero
  ~FlushSubnormals() { _mm_setcsr(kept_); }

 private:
  uint32_t kept_;
#elif defined(__aarch64__)
  FlushSubnormals() {
    asm volatile("mrs %0, fpcr" : "=r"(kept_));
    asm volatile("msr fpcr, %0" ::"r"(kept_ | (uint64_t{1} << 24)));
  }
  ~FlushSubnormals() { asm volatile("msr fpcr, %0" ::"r"(kept_)); }

 private:
  uint64_t kept_;
#endif
};

}  // namespace binvit
