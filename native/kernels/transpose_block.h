// Transposition through vector registers.
#pragma once
#include "../binvit.h"
#include "simd.h"

namespace {

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

// to[c][r] = from[r][c] for kWidth rows and columns.
BINVIT_INLINE void transposeSquare(const float* from, Count fromRow, float* to, Count toRow) {
  Vector rows[kWidth];
  BINVIT_UNROLL
  for (int i = 0; i < kWidth; i++) rows[i] = load(from + i * fromRow);
  exchangeBit<1>(rows);
  exchangeBit<2>(rows);
  if constexpr (kWidth > 4) exchangeBit<4 % kWidth>(rows);
  if constexpr (kWidth > 8) exchangeBit<8 % kWidth>(rows);
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
