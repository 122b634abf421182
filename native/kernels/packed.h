// Products of packed signs for inference. Rows of bits: [rows][words], weights interleaved: [out / kWidth][words][kWidth], so that
// a lane of a vector is an output. A 1 is +1 (or on), missing bits are 0 on both sides.
#pragma once
#include "binary_weight.h"
#include "popcount.h"

namespace {

struct Xor {
  static inline __attribute__((always_inline)) IntVector of(IntVector w, IntVector x) { return w ^ x; }
};
struct And {
  static inline __attribute__((always_inline)) IntVector of(IntVector w, IntVector x) { return w & x; }
};

// Calls pack(row) for every row, on all threads; it returns the lanes that were not finite.
template <class Pack>
inline int32_t inRowPieces(Count rows, const Pack& pack) {
  constexpr Count kPiece = 16;
  int32_t bad = 0;
  parallelFor(pieces(rows, kPiece), [&](int i) {
    const Piece part = piece(rows, kPiece, i);
    IntVector lanes{};
    for (Count r = part.begin; r < part.end; r++) lanes |= pack(r);
    if (anyLane(lanes)) __atomic_store_n(&bad, 1, __ATOMIC_RELAXED);
  });
  return bad ? kInputNotFinite : kFinite;
}

// Packs test(values, index) over a row; returns the lanes that were not finite.
template <class Test>
BINVIT_INLINE IntVector packRow(const float* x, Count in, uint32_t* bits, const Test& test) {
  IntVector bad{};
  for (Count begin = 0; begin < in; begin += 32) {
    uint32_t word = 0;
    const Count end = in - begin < 32 ? in : begin + 32;
    for (Count i = begin; i < end; i += kWidth) {
      const Vector v = load(x + i, end - i);
      bad |= notFinite(v);
      const Count left = end - i;
      const uint32_t present = left >= kWidth ? ~0u : (1u << left) - 1;
      word |= (maskBits(test(v, i)) & present) << (i - begin);
    }
    *bits++ = word;
  }
  return bad;
}

// Bits of `rows` rows of x that `Operation` leaves of one block of kWidth outputs.
template <class Operation, int rows>
BINVIT_INLINE void countPacked(const uint32_t* x, const uint32_t* w, Count words, IntVector* total) {
  for (int r = 0; r < rows; r++) total[r] = IntVector{};
  for (Count begin = 0; begin < words; begin += kWordsPerCount) {
    const Count end = words - begin < kWordsPerCount ? words : begin + kWordsPerCount;
    IntVector counts[rows] = {};
    for (Count i = begin; i < end; i++) {
      const IntVector weights = load(w + i * kWidth);
      BINVIT_UNROLL
      for (int r = 0; r < rows; r++) counts[r] += countBits(Operation::of(weights, broadcast(static_cast<int32_t>(x[r * words + i]))));
    }
    BINVIT_UNROLL
    for (int r = 0; r < rows; r++) total[r] += widenCounts(counts[r]);
  }
}

// done(row, first output, counts) for all rows and all blocks of outputs.
template <class Operation, class Done>
inline void multiplyPacked(const uint32_t* x, const uint32_t* w, Count m, Count in, Count out, const Done& done) {
  constexpr int kRows = 8;
  const Count words = wordsOf(in);
  parallelFor(pieces(m, 4 * kRows), [&](int i) {
    const Piece part = piece(m, 4 * kRows, i);
    for (Count c = 0; c < out; c += kWidth) {
      const uint32_t* weights = w + c * words;
      Count r = part.begin;
      IntVector counts[kRows];
      for (; r + kRows <= part.end; r += kRows) {
        countPacked<Operation, kRows>(x + r * words, weights, words, counts);
        BINVIT_UNROLL
        for (int row = 0; row < kRows; row++) done(r + row, c, counts[row]);
      }
      for (; r < part.end; r++) {
        countPacked<Operation, 1>(x + r * words, weights, words, counts);
        done(r, c, counts[0]);
      }
    }
  });
}

// Sums of `rows` rows of x, with the signs of one block of kWidth outputs.
template <int rows>
BINVIT_INLINE void addSigned(const float* x, const uint32_t* w, Count in, Vector* sums) {
  for (int r = 0; r < rows; r++) sums[r] = Vector{};
  for (Count begin = 0; begin < in; begin += 32, w += kWidth) {
    // Bit 31 becomes the sign of a float, which is set for -1.
    IntVector word = ~load(w);
    const Count end = in - begin < 32 ? in : begin + 32;
    for (Count i = begin; i < end; i++) {
      const IntVector negative = (word << static_cast<int32_t>(31 - (i - begin))) & static_cast<int32_t>(0x80000000u);
      BINVIT_UNROLL
      for (int r = 0; r < rows; r++) sums[r] += fromBits(bitsOf(broadcast(x[r * in + i])) ^ negative);
    }
  }
}

// y = alpha value (times the row's factor) + bias, for one vector of outputs.
struct Epilogue {
  const float* alpha;
  const float* bias;
  const float* rowScale;
  float* y;
  Count stride;
  Count out;

  inline __attribute__((always_inline)) void store(Count r, Count c, Vector value) const {
    const Vector scale = load(alpha + c, out - c);
    const Vector shift = bias == nullptr ? Vector{} : load(bias + c, out - c);
    const Vector scaled = rowScale == nullptr ? scale : scale * rowScale[r];
    ::store(y + r * stride + c, scaled * value + shift, out - c);
  }
};

}  // namespace
