// Product of packed signs: y = alpha (in - 2 popcount(x xor w)) + bias.
#pragma once
#include "binary_weight.h"
#include "popcount.h"

namespace {

// Packs the signs of x [rows, in]; returns the lanes that were not finite.
inline IntVector packInputSigns(const float* x, Count rows, Count in, uint32_t* packed) {
  IntVector bad{};
  for (Count r = 0; r < rows; r++, x += in) {
    for (Count begin = 0; begin < in; begin += 32) {
      uint32_t word = 0;
      const Count end = in - begin < 32 ? in : begin + 32;
      for (Count i = begin; i < end; i += kWidth) {
        const Vector v = load(x + i, end - i);
        bad |= notFinite(v);
        word |= maskBits(v < broadcast(0.0f)) << (i - begin);
      }
      *packed++ = word;
    }
  }
  return bad;
}

// `rows` rows of y for one block of kWidth outputs.
template <int rows>
BINVIT_INLINE void multiplySigns(const uint32_t* x, const uint32_t* w, Count words, Count in, Vector alpha, Vector bias,
                                 Vector* y) {
  IntVector total[rows] = {};
  for (Count begin = 0; begin < words; begin += kWordsPerCount) {
    const Count end = words - begin < kWordsPerCount ? words : begin + kWordsPerCount;
    IntVector counts[rows] = {};
    for (Count i = begin; i < end; i++) {
      const IntVector weights = load(w + i * kWidth);
      BINVIT_UNROLL
      for (int r = 0; r < rows; r++)
        counts[r] = addCounts(counts[r], countBits(weights ^ broadcast(static_cast<int32_t>(x[r * words + i]))));
    }
    BINVIT_UNROLL
    for (int r = 0; r < rows; r++) total[r] += widenCounts(counts[r]);
  }
  BINVIT_UNROLL
  for (int r = 0; r < rows; r++) y[r] = alpha * toFloat(static_cast<int32_t>(in) - 2 * total[r]) + bias;
}

// y[rows, out], columns [begin, end), from packed inputs and the packed weights of these columns.
inline void multiplySignRows(const uint32_t* x, const uint32_t* w, Count rows, Count in, Count out, Count begin, Count end,
                             const float* alpha, const float* bias, float* y) {
  constexpr int kRows = 4;
  const Count words = wordsOf(in);
  // Columns whose weights stay in the first-level cache while the rows pass, so that y is written row by row.
  const Count block = 4096 / words < 1 ? kWidth : (4096 / words + kWidth - 1) / kWidth * kWidth;
  for (; begin < end; begin += block, w += block * words) {
    const Count last = end - begin < block ? end : begin + block;
    for (Count r = 0; r < rows; r += kRows) {
      const uint32_t* weights = w;
      // Rows of y soon to be written: without this a thread waits for them longer than it computes.
      if (r + 2 * kRows < rows) prefetch<1>(y + (r + 2 * kRows) * out + begin, kRows * out);
      for (Count c = begin; c < last; c += kWidth, weights += words * kWidth) {
        const Vector scale = load(alpha + c, end - c);
        const Vector shift = bias == nullptr ? Vector{} : load(bias + c, end - c);
        Vector result[kRows];
        float* to = y + r * out + c;
        if (rows - r >= kRows) {
          multiplySigns<kRows>(x + r * words, weights, words, in, scale, shift, result);
          BINVIT_UNROLL
          for (int i = 0; i < kRows; i++) store(to + i * out, result[i], end - c);
        } else {
          for (Count i = 0; i < rows - r; i++) {
            multiplySigns<1>(x + (r + i) * words, weights, words, in, scale, shift, result);
            store(to + i * out, result[0], end - c);
          }
        }
      }
    }
  }
}

}  // namespace
