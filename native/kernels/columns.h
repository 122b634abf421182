// Sums over the rows of a matrix.
#pragma once
#include "parallel.h"
#include "simd.h"

namespace {

// y = factor * (sum over the rows of x[rows, cols]) for columns [begin, end); y counts as one more row before the others when
// `accumulate` is set, so that the sum may be taken in pieces without changing a bit.
inline void sumColumns(const float* x, float* y, Count rows, Count cols, Count begin, Count end, float factor,
                       bool accumulate = false) {
  Count c = begin;
  for (; c + 4 * kWidth <= end; c += 4 * kWidth) {
    Vector sums[4];
    BINVIT_UNROLL
    for (int i = 0; i < 4; i++) sums[i] = accumulate ? load(y + c + i * kWidth) : Vector{};
    for (const float *p = x + c, *last = p + rows * cols; p != last; p += cols) {
      BINVIT_UNROLL
      for (int i = 0; i < 4; i++) sums[i] += load(p + i * kWidth);
    }
    BINVIT_UNROLL
    for (int i = 0; i < 4; i++) store(y + c + i * kWidth, sums[i] * factor);
  }
  for (; c < end; c += kWidth) {
    Vector sum = accumulate ? load(y + c, end - c) : Vector{};
    for (Count r = 0; r < rows; r++) sum += load(x + r * cols + c, end - c);
    store(y + c, sum * factor, end - c);
  }
}

// The same for all columns, on all threads.
inline void sumAllColumns(const float* x, float* y, Count rows, Count cols, float factor) {
  constexpr Count kPiece = 64;
  parallelFor(pieces(cols, kPiece), [&](int i) {
    const Piece part = piece(cols, kPiece, i);
    sumColumns(x, y, rows, cols, part.begin, part.end, factor);
  });
}

}  // namespace
