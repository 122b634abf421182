// The arithmetic limit of products of signs: xor, popcount and add on registers alone, with the instructions of the kernels.
#include "../../native/kernels/popcount.h"

// As many independent sums as a kernel keeps, each with a start of its own, so that none can be computed once for all; few enough
// operands that all stay in sixteen registers.
constexpr int kSums = 8;
constexpr int kOperands = 4;

extern "C" __attribute__((visibility("default"))) int32_t spin(int32_t rounds) {
  IntVector sums[kSums], operands[kOperands];
  for (int i = 0; i < kSums; i++) sums[i] = broadcast(static_cast<int32_t>(0x3c6ef372u * (i + 1)));
  for (int i = 0; i < kOperands; i++) operands[i] = broadcast(static_cast<int32_t>(0x1b873593u * (i + 3)));
  for (int32_t round = 0; round < rounds; round++) {
    BINVIT_UNROLL
    for (int i = 0; i < kSums; i++) sums[i] = addCounts(sums[i], countBits(sums[i] ^ operands[i % kOperands]));
  }
  IntVector all{};
  for (int i = 0; i < kSums; i++) all ^= sums[i];
  int32_t result = 0;
  for (int i = 0; i < kWidth; i++) result ^= all[i];
  return result;
}

// Operations of a round: a bit of xor, popcount and add counts as a multiplication and an addition.
extern "C" __attribute__((visibility("default"))) int32_t operationsPerRound() { return kSums * kWidth * 32 * 2; }

#ifndef __wasm__
#include <chrono>
#include <cstdio>

int main() {
  double best = 0.0;
  volatile int32_t sink = 0;
  for (int i = 0; i < 200; i++) {
    const auto start = std::chrono::steady_clock::now();
    sink = sink ^ spin(100000);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    const double rate = 1e5 * operationsPerRound() / seconds.count();
    best = rate > best ? rate : best;
  }
  std::printf("%.0f\n", best / 1e9);
}
#endif
