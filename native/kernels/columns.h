// Sums over the rows of a matrix.
#pragma once
#include "parallel.h"
#include "simd.h"

namespace {

// y[i] = factor * sum over rows of x[rows, cols], for columns [begin, end).
inline void sumColumns(const float* x, float* y, Count rows, Count cols, Count begin, Count end, float factor) {
  Count c = begin;
  for (; c + 4 * kWidth <= end; c += 4 * kWidth) {
    Vector s0{}, s1{}, s2{}, s3{};
    for (const float *p = x + c, *last = p + rows * cols; p != last; p += cols) {
      s0 += load(p);
      s1 += load(p + kWidth);
      s2 += load(p + 2 * kWidth);
      s3 += load(p + 3 * kWidth);
    }
    store(y + c, s0 * factor);
    store(y + c + kWidth, s1 * factor);
    store(y + c + 2 * kWidth, s2 * factor);
    store(y + c + 3 * kWidth, s3 * factor);
  }
  for (; c + kWidth <= end; c += kWidth) {
    Vector s{};
    for (Count r = 0; r < rows; r++) s += load(x + r * cols + c);
    store(y + c, s * factor);
  }
  for (; c < end; c++) {
    float s = 0.0f;
    for (Count r = 0; r < rows; r++) s += x[r * cols + c];
    y[c] = s * factor;
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
