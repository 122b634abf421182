// Transposition through vector registers.
#pragma once
#include "../binvit.h"
#include "simd.h"

namespace {

#ifdef __clang__
#define BINVIT_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define BINVIT_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, IntVector{__VA_ARGS__})
#endif

#if defined(__AVX2__)

// One butterfly stage: swaps bit `distance` of the row number with bit `distance` of the lane number.
template <int distance>
BINVIT_INLINE void exchangeBit(Vector* rows) {
  IntVector low;
  for (int i = 0; i < kWidth; i++) low[i] = i & distance ? 0 : -1;
  BINVIT_UNROLL
  for (int i = 0; i < kWidth; i++) {
    if (i & distance) continue;
    const Vector a = rows[i], b = rows[i ^ distance];
    rows[i] = low ? a : exchange<distance>(b);
    rows[i ^ distance] = low ? exchange<distance>(a) : b;
  }
}

BINVIT_INLINE void transposeRegisters(Vector* rows) {
  exchangeBit<1>(rows);
  exchangeBit<2>(rows);
  exchangeBit<4 % kWidth>(rows);
  if constexpr (kWidth > 8) exchangeBit<8 % kWidth>(rows);
}

#else

// Interleavings, which SSE, NEON and the wasm compiler of V8 have instructions for.
BINVIT_INLINE void transposeRegisters(Vector* rows) {
  const Vector a = BINVIT_SHUFFLE(rows[0], rows[1], 0, 4, 1, 5), b = BINVIT_SHUFFLE(rows[0], rows[1], 2, 6, 3, 7);
  const Vector c = BINVIT_SHUFFLE(rows[2], rows[3], 0, 4, 1, 5), d = BINVIT_SHUFFLE(rows[2], rows[3], 2, 6, 3, 7);
  rows[0] = BINVIT_SHUFFLE(a, c, 0, 1, 4, 5);
  rows[1] = BINVIT_SHUFFLE(a, c, 2, 3, 6, 7);
  rows[2] = BINVIT_SHUFFLE(b, d, 0, 1, 4, 5);
  rows[3] = BINVIT_SHUFFLE(b, d, 2, 3, 6, 7);
}

#endif

// to[c][r] = from[r][c] for kWidth rows and columns.
BINVIT_INLINE void transposeSquare(const float* from, Count fromRow, float* to, Count toRow) {
  Vector rows[kWidth];
  BINVIT_UNROLL
  for (int i = 0; i < kWidth; i++) rows[i] = load(from + i * fromRow);
  transposeRegisters(rows);
  BINVIT_UNROLL
  for (int i = 0; i < kWidth; i++) store(to + i * toRow, rows[i]);
}

// to[c][r] = from[r][c] for any number of rows and columns.
inline void transposeMatrix(const float* from, Count fromRow, Count rows, Count cols, float* to, Count toRow) {
  const Count fullRows = rows - rows % kWidth, fullCols = cols - cols % kWidth;
  for (Count r = 0; r < fullRows; r += kWidth)
    for (Count c = 0; c < fullCols; c += kWidth) transposeSquare(from + r * fromRow + c, fromRow, to + c * toRow + r, toRow);
  for (Count r = 0; r < rows; r++)
    for (Count c = r < fullRows ? fullCols : 0; c < cols; c++) to[c * toRow + r] = from[r * fromRow + c];
}

}  // namespace
