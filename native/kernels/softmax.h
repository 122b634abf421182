// Softmax of one row.
#pragma once
#include "vector_math.h"

namespace {

// y = softmax(factor x) over `count` elements; y = x is allowed. Returns the sum of exp(factor (x - max)).
BINVIT_INLINE float softmaxRow(const float* x, float* y, Count count, float factor) {
  Vector top = broadcast(-__builtin_inff());
  for (Count i = 0; i < count; i += kWidth) {
    const Vector v = load(x + i, count - i) * factor;
    top = maximum(top, count - i < kWidth ? firstLanes(v, count - i, -__builtin_inff()) : v);
  }
  top = maxLanes(top);
  Vector sum{};
  for (Count i = 0; i < count; i += kWidth) {
    const Vector e = exponential(load(x + i, count - i) * factor - top);
    sum += count - i < kWidth ? firstLanes(e, count - i) : e;
    store(y + i, e, count - i);
  }
  sum = sumLanes(sum);
  const Vector inverse = 1.0f / sum;
  for (Count i = 0; i < count; i += kWidth) store(y + i, load(y + i, count - i) * inverse, count - i);
  return sum[0];
}

// dx = factor y (dy - sum(y dy)); dx = dy is allowed.
BINVIT_INLINE void softmaxRowBackward(const float* y, const float* dy, float* dx, Count count, float factor) {
  Vector sum{};
  for (Count i = 0; i < count; i += kWidth) sum += load(y + i, count - i) * load(dy + i, count - i);
  sum = sumLanes(sum);
  for (Count i = 0; i < count; i += kWidth)
    store(dx + i, load(y + i, count - i) * (load(dy + i, count - i) - sum) * factor, count - i);
}

}  // namespace
