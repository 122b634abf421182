#include "parallel.h"
#include "simd.h"

double sumOfSquares(const float* x, Count count) {
  // Sixteen running sums in every instruction set, so that all of them give the same bits.
  constexpr int kLanes = 16;
  double sums[kLanes] = {};
  Count i = 0;
  for (; i + kLanes <= count; i += kLanes)
    for (int l = 0; l < kLanes; l++) sums[l] += static_cast<double>(x[i + l]) * static_cast<double>(x[i + l]);
  for (int l = 0; i < count; i++, l++) sums[l] += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  for (int width = kLanes / 2; width > 0; width /= 2)
    for (int l = 0; l < width; l++) sums[l] += sums[l + width];
  return sums[0];
}

int32_t allFinite(const float* x, Count count, int32_t* counts) {
  IntVector special{};
  for (Count i = 0; i < count; i += kWidth) special |= notFinite(load(x + i, count - i));
  counts[0] = counts[1] = 0;
  if (!anyLane(special)) return 1;
  for (Count i = 0; i < count; i++) {
    if (x[i] != x[i]) counts[0]++;
    else if (__builtin_fabsf(x[i]) == __builtin_inff()) counts[1]++;
  }
  return 0;
}
