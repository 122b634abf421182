// Products of packed bits. Rows of bits: [rows][words], weights interleaved: [out / kWidth][words][kWidth], so
// that a lane of a vector is an output. A 1 is +1 (or on), missing bits are 0 on both sides.
#pragma once
#include "parallel.h"
#include "popcount.h"

namespace {

inline Count wordsOf(Count in) { return (in + 31) / 32; }

// Interleaved weights of -1 and 1, and the vector of words `i`.
struct Signs {
  const uint32_t* w;
  inline __attribute__((always_inline)) IntVector at(Count i) const { return load(w + i * kWidth); }
  inline __attribute__((always_inline)) Signs from(Count i) const { return {w + i * kWidth}; }
};
// Weights of -1, 0 and 1: `kept` has a 1 where a weight is not 0, w is 0 where kept is.
struct Ternary {
  const uint32_t *w, *kept;
  struct Words {
    IntVector w, kept;
  };
  inline __attribute__((always_inline)) Words at(Count i) const { return {load(w + i * kWidth), load(kept + i * kWidth)}; }
  inline __attribute__((always_inline)) Ternary from(Count i) const { return {w + i * kWidth, kept + i * kWidth}; }
};

// Signs with signs: half of the dot product is in / 2 - popcount(x xor w).
struct Xor {
  using Weights = Signs;
  static constexpr int32_t kStart = 0;  // of a count
  static inline __attribute__((always_inline)) IntVector of(IntVector w, IntVector x) { return w ^ x; }
  static float middle(const uint32_t*, Count, Count in) { return 0.5f * static_cast<float>(in); }
  static inline __attribute__((always_inline)) Vector half(IntVector counts, float middle) { return middle - toFloat(counts); }
};
// The same for an even `in`, the half of which is whole: a count that starts as the bits of the float 2^23 needs no conversion.
struct EvenXor : Xor {
  static constexpr int32_t kStart = 0x4b000000;
  static float middle(const uint32_t* x, Count words, Count in) { return 8388608.0f + Xor::middle(x, words, in); }
  static inline __attribute__((always_inline)) Vector half(IntVector counts, float middle) { return middle - fromBits(counts); }
};
// 0 and 1 with signs: half of the dot product is popcount(x and w) - popcount(x) / 2.
struct And {
  using Weights = Signs;
  static constexpr int32_t kStart = 0;
  static inline __attribute__((always_inline)) IntVector of(IntVector w, IntVector x) { return w & x; }
  static float middle(const uint32_t* x, Count words, Count) {
    int on = 0;
    for (Count i = 0; i < words; i++) on += __builtin_popcount(x[i]);
    return 0.5f * static_cast<float>(on);
  }
  static inline __attribute__((always_inline)) Vector half(IntVector counts, float middle) { return toFloat(counts) - middle; }
};

// Either with weights of -1, 0 and 1, but for what the weights alone decide, which Shifted adds.
struct Differing {
  using Weights = Ternary;
  static constexpr int32_t kStart = 0;
  static inline __attribute__((always_inline)) IntVector of(Ternary::Words weight, IntVector x) { return (weight.w ^ x) & weight.kept; }
  static float middle(const uint32_t*, Count, Count) { return 0.0f; }
  static inline __attribute__((always_inline)) Vector half(IntVector counts, float) { return -toFloat(counts); }
};

// Blocks of kWidth outputs that are counted together: as many as there are registers for.
#if defined(__AVX512F__)
constexpr int kBlocks = 2;
#else
constexpr int kBlocks = 1;
#endif

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

// The word of up to 32 tests, the bits test(values, index), from element `begin` on; lanes that were not finite are added to `bad`.
template <class Test>
BINVIT_INLINE uint32_t packWord(const float* x, Count begin, Count count, IntVector& bad, const Test& test) {
  uint32_t word = 0;
  if (count >= 32) {
    for (Count i = 0; i < 32; i += kWidth) {
      const Vector v = load(x + begin + i);
      bad |= notFinite(v);
      word |= test(v, begin + i) << i;
    }
    return word;
  }
  for (Count i = 0; i < count; i += kWidth) {
    const Vector v = load(x + begin + i, count - i);
    bad |= notFinite(v);
    word |= test(v, begin + i) << i;
  }
  return word & ((1u << count) - 1);
}

// Packs a row; returns the lanes that were not finite.
template <class Test>
BINVIT_INLINE IntVector packRow(const float* x, Count in, uint32_t* bits, const Test& test) {
  IntVector bad{};
  for (Count begin = 0; begin < in; begin += 32) *bits++ = packWord(x, begin, in - begin, bad, test);
  return bad;
}

// Packs the signs of a row plus a shift, which may be null.
inline IntVector packRowSigns(const float* x, const float* shift, Count in, uint32_t* bits) {
  const Vector zero = broadcast(0.0f);
  if (shift == nullptr) return packRow(x, in, bits, [=](Vector v, Count) { return bitsAtLeast(v, zero); });
  return packRow(x, in, bits, [=](Vector v, Count i) { return bitsAtLeast(v + load(shift + i, in - i), zero); });
}

// Bits that `Operation` leaves of words [begin, end) of `rows` rows of x and `blocks` blocks of kWidth outputs.
template <class Operation, int rows, int blocks>
BINVIT_INLINE void countWords(const uint32_t* x, typename Operation::Weights w, Count words, Count begin, Count end,
                              IntVector start, IntVector (*counts)[blocks]) {
  BINVIT_UNROLL
  for (int r = 0; r < rows; r++)
    for (int b = 0; b < blocks; b++) counts[r][b] = start;
  for (Count i = begin; i < end; i++) {
    decltype(w.at(0)) weights[blocks];
    for (int b = 0; b < blocks; b++) weights[b] = w.at(b * words + i);
    BINVIT_UNROLL
    for (int r = 0; r < rows; r++) {
      const IntVector bits = broadcast(static_cast<int32_t>(x[r * words + i]));
      for (int b = 0; b < blocks; b++) counts[r][b] = addCounts(counts[r][b], countBits(Operation::of(weights[b], bits)));
    }
  }
}

// The same of all words.
template <class Operation, int rows, int blocks>
BINVIT_INLINE void countPacked(const uint32_t* x, typename Operation::Weights w, Count words, IntVector (*total)[blocks]) {
  const IntVector start = broadcast(Operation::kStart);
  if constexpr (kWideCounts) {
    countWords<Operation, rows, blocks>(x, w, words, 0, words, start, total);
    return;
  }
  for (int r = 0; r < rows; r++)
    for (int b = 0; b < blocks; b++) total[r][b] = start;
  for (Count begin = 0; begin < words; begin += kWordsPerCount) {
    IntVector counts[rows][blocks];
    const Count end = words - begin < kWordsPerCount ? words : begin + kWordsPerCount;
    countWords<Operation, rows, blocks>(x, w, words, begin, end, IntVector{}, counts);
    BINVIT_UNROLL
    for (int r = 0; r < rows; r++)
      for (int b = 0; b < blocks; b++) total[r][b] += widenCounts(counts[r][b]);
  }
}

// Hands `rows` rows of `blocks` blocks of outputs to `output`.
template <class Operation, int rows, int blocks, class Block>
BINVIT_INLINE void multiplyRows(const uint32_t* x, typename Operation::Weights w, Count words, const float* middle, Count r,
                                const Block* output) {
  IntVector counts[rows][blocks];
  countPacked<Operation, rows, blocks>(x, w, words, counts);
  BINVIT_UNROLL
  for (int row = 0; row < rows; row++)
    for (int b = 0; b < blocks; b++) output[b].put(r + row, Operation::half(counts[row][b], middle[row]));
}

// All of `rows` rows of `blocks` blocks of outputs, the first of which is row `first` of the output.
template <class Operation, int blocks, class Block>
BINVIT_INLINE void multiplyBlocks(const uint32_t* x, typename Operation::Weights w, Count words, const float* middle, Count first,
                                  Count rows, const Block* output) {
  Count r = 0;
  for (; r + 8 <= rows; r += 8) multiplyRows<Operation, 8, blocks>(x + r * words, w, words, middle + r, first + r, output);
  if (r + 4 <= rows) {
    multiplyRows<Operation, 4, blocks>(x + r * words, w, words, middle + r, first + r, output);
    r += 4;
  }
  for (; r < rows; r++) multiplyRows<Operation, 1, blocks>(x + r * words, w, words, middle + r, first + r, output);
}

// output.block(c, left) takes the halves of the dot products of outputs c to c + kWidth, of which `left` (kWidth: all) are
// there: put(row, halves), for all blocks and for `rows` rows, the first of which is row `first` of the output.
template <class Operation, class Output>
inline void multiplyPiece(const uint32_t* x, typename Operation::Weights w, Count words, const float* middle, Count first, Count rows, Count out,
                          const Output& output) {
  Count c = 0;
  for (; c + kBlocks * kWidth <= out; c += kBlocks * kWidth) {
    typename Output::Block blocks[kBlocks];
    for (int b = 0; b < kBlocks; b++) blocks[b] = output.block(c + b * kWidth, kWidth);
    multiplyBlocks<Operation, kBlocks>(x, w.from(c / kWidth * words), words, middle, first, rows, blocks);
  }
  for (; c < out; c += kWidth) {
    const typename Output::Block block = output.block(c, out - c);
    multiplyBlocks<Operation, 1>(x, w.from(c / kWidth * words), words, middle, first, rows, &block);
  }
}

// Rows that a task multiplies.
constexpr Count kProductRows = 24;

// What `Operation` needs of each row of a task.
struct Middles {
  float of[kProductRows];
};
template <class Operation>
inline Middles middles(const uint32_t* x, Count rows, Count in) {
  Middles result;
  for (Count r = 0; r < rows; r++) result.of[r] = Operation::middle(x + r * wordsOf(in), wordsOf(in), in);
  return result;
}

// Calls multiply(x, middle, first, rows) for pieces of the rows, with what multiplyPiece needs of them.
template <class Operation, class Multiply>
inline void inProductPieces(const uint32_t* x, Count m, Count in, const Multiply& multiply) {
  parallelFor(pieces(m, kProductRows), [=](int i) {
    const Piece part = piece(m, kProductRows, i);
    const uint32_t* bits = x + part.begin * wordsOf(in);
    const Count rows = part.end - part.begin;
    multiply(bits, middles<Operation>(bits, rows, in).of, part.begin, rows);
  });
}

// All rows and outputs.
template <class Operation, class Output>
inline void multiplyPacked(const uint32_t* x, typename Operation::Weights w, Count m, Count in, Count out, Output output) {
  inProductPieces<Operation>(x, m, in, [=](const uint32_t* bits, const float* middle, Count first, Count rows) {
    multiplyPiece<Operation>(bits, w, wordsOf(in), middle, first, rows, out, output);
  });
}

// Calls use(operation) with the fastest product of signs for `in` inputs.
template <class Use>
inline void withXor(Count in, const Use& use) {
  if constexpr (kWideCounts) {
    if (in % 2 == 0) return use(EvenXor{});
  }
  use(Xor{});
}

// y = factor alpha value (times the row's factor) + bias.
struct Scaled {
  const float* alpha;
  const float* bias;
  const float* rowScale;
  float* y;
  Count stride;
  Count out;
  float factor;

  struct Block {
    Vector scale, shift;
    const float* rowScale;
    float* y;
    Count stride, left;

    inline __attribute__((always_inline)) void put(Count r, Vector value) const {
      store(y + r * stride, (rowScale == nullptr ? scale : scale * rowScale[r]) * value + shift, left);
    }
  };

  inline __attribute__((always_inline)) Block block(Count c, Count left) const {
    return {load(alpha + c, left) * factor, bias == nullptr ? Vector{} : load(bias + c, left), rowScale, y + c, stride, left};
  }
};

// What the weights alone give to Differing's halves of dot products: with signs the number of weights kept / 2, with 0 and 1 that
// of +1.
struct Shifted {
  Scaled scaled;
  Ternary w;
  Count words;
  bool isSigned;

  struct Block {
    Scaled::Block scaled;
    Vector start;
    inline __attribute__((always_inline)) void put(Count r, Vector value) const { scaled.put(r, start + value); }
  };

  inline __attribute__((always_inline)) Block block(Count c, Count left) const {
    const Ternary own = w.from(c / kWidth * words);
    IntVector count{};
    for (Count i = 0; i < words; i++) {
      const Ternary::Words word = own.at(i);
      count += widenCounts(countBits(isSigned ? word.kept : word.w));
    }
    return {scaled.block(c, left), toFloat(count) * (isSigned ? 0.5f : 1.0f)};
  }
};

// The dot products themselves.
struct Dots {
  int32_t* y;
  Count out;

  struct Block {
    int32_t* y;
    Count stride, left;

    inline __attribute__((always_inline)) void put(Count r, Vector half) const {
      const IntVector dots = __builtin_convertvector(half * 2.0f, IntVector);
      store(reinterpret_cast<float*>(y) + r * stride, fromBits(dots), left);
    }
  };

  inline __attribute__((always_inline)) Block block(Count c, Count left) const { return {y + c, out, left}; }
};

}  // namespace
