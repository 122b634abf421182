// Softmax of rows.
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
  const float inverse = 1.0f / sum[0];
  for (Count i = 0; i < count; i += kWidth) store(y + i, load(y + i, count - i) * inverse, count - i);
  return sum[0];
}

// The same in place for rows of exactly `vectors` vectors, of which the first `count` elements count and the others become 0.
// A row stays in registers.
template <int vectors>
BINVIT_INLINE void softmaxPaddedRow(float* x, Count count, float factor) {
  Vector v[vectors];
  BINVIT_UNROLL
  for (int i = 0; i < vectors; i++) v[i] = load(x + i * kWidth) * factor;
  constexpr int last = vectors - 1;
  const Count rest = count - last * kWidth;
  v[last] = firstLanes(v[last], rest, -__builtin_inff());
  Vector top = v[0];
  BINVIT_UNROLL
  for (int i = 1; i < vectors; i++) top = maximum(top, v[i]);
  top = maxLanes(top);
  Vector sum{};
  BINVIT_UNROLL
  for (int i = 0; i < vectors; i++) {
    v[i] = exponential(v[i] - top);
    if (i == last) v[i] = firstLanes(v[i], rest);
    sum += v[i];
  }
  const float inverse = 1.0f / sumLanes(sum)[0];
  BINVIT_UNROLL
  for (int i = 0; i < vectors; i++) store(x + i * kWidth, v[i] * inverse);
}

// The same for rows of `width` elements, any number of vectors.
BINVIT_INLINE void softmaxPaddedRow(float* x, Count width, Count count, float factor) {
  float* last = x + width - kWidth;
  // exp(-inf) adds 0 to the sum.
  store(last, firstLanes(load(last), count - (width - kWidth), -__builtin_inff()));
  Vector top = broadcast(-__builtin_inff());
  for (Count i = 0; i < width; i += kWidth) top = maximum(top, load(x + i) * factor);
  top = maxLanes(top);
  Vector sum{};
  for (Count i = 0; i < width; i += kWidth) {
    const Vector e = exponential(load(x + i) * factor - top);
    sum += e;
    store(x + i, e);
  }
  const float inverse = 1.0f / sumLanes(sum)[0];
  for (Count i = 0; i < width; i += kWidth) store(x + i, load(x + i) * inverse);
}

// Softmax in place over `rows` rows of `width` elements, a multiple of kWidth: the first `count` of a row count, the others
// become 0.
inline void softmaxPaddedRows(float* x, Count rows, Count width, Count count, float factor) {
  switch (width / kWidth) {
    case 1: for (Count r = 0; r < rows; r++) softmaxPaddedRow<1>(x + r * width, count, factor); break;
    case 2: for (Count r = 0; r < rows; r++) softmaxPaddedRow<2>(x + r * width, count, factor); break;
    case 4: for (Count r = 0; r < rows; r++) softmaxPaddedRow<4>(x + r * width, count, factor); break;
#if defined(__AVX512F__)
    // The 197 tokens of a ViT at 224 pixels.
    case 13: for (Count r = 0; r < rows; r++) softmaxPaddedRow<13>(x + r * width, count, factor); break;
#endif
    default:
      for (Count r = 0; r < rows; r++) softmaxPaddedRow(x + r * width, width, count, factor);
  }
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
