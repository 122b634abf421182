// Products of floats with packed weights. Two ways: weights become floats, a strip at a time, for the float product's tiles; or, where
// a vector can be looked up in by its lanes, the signed sums of a few inputs are made once and every output picks its own
// (T-MAC, Wei et al. 2024, arXiv 2407.00088, for integers).
#pragma once
#include "gemm.h"
#include "packed.h"

namespace {

// y = x (alpha W) + bias for weights W of -1 and 1 or, unless kept is null, of -1, 0 and 1.
struct SignProduct {
  const float* x;
  Ternary w;
  // [in / group, out], or null for 1
  const float* alpha;
  const float* bias;
  float* y;
  Count m, in, out;
  // Inputs that share a factor.
  Count group;
  Count stride;
};

// alpha W of inputs [begin, end) and up to kTileCols outputs from c on, as the float product packs its strips.
template <bool ternary>
inline void expandStrip(const SignProduct& p, Count begin, Count end, Count c, float* strip) {
  const Count words = wordsOf(p.in);
  for (Count b = 0; b * kWidth < kTileCols && c + b * kWidth < p.out; b++) {
    const Count first = c + b * kWidth, at = first * words;
    float* to = strip + b * kWidth;
    for (Count i = begin; i < end;) {
      const Vector alpha = p.alpha == nullptr ? broadcast(1.0f) : load(p.alpha + i / p.group * p.out + first, p.out - first);
      const IntVector scale = bitsOf(alpha);
      const Count next = (i / p.group + 1) * p.group, segment = next < end ? next : end;
      for (; i < segment;) {
        const Count word = i / 32, last = (word + 1) * 32 < segment ? (word + 1) * 32 : segment;
        const auto negative = reinterpret_cast<UnsignedVector>(~load(p.w.w + at + word * kWidth));
        const auto kept = reinterpret_cast<UnsignedVector>(ternary ? load(p.w.kept + at + word * kWidth) : IntVector{});
        for (; i < last; i++, to += kTileCols) {
          // Bit i becomes the sign of a float, and all bits of a mask.
          const uint32_t shift = static_cast<uint32_t>(31 - i % 32);
          const IntVector sign = reinterpret_cast<IntVector>((negative << shift) & 0x80000000u);
          store(to, fromBits(ternary ? (scale ^ sign) & (reinterpret_cast<IntVector>(kept << shift) >> 31) : scale ^ sign));
        }
      }
    }
  }
}

// Outputs [begin, end), begin a multiple of kTileCols. Every output is one chain of multiply-adds from the bias on, as if the weights
// were floats.
inline void multiplyExpanded(const SignProduct& p, Count begin, Count end) {
  static const float zeros[kTileCols] = {};
  float* const strip = scratch().packedB;
  const Product product{p.m, p.out, p.in, {p.x, p.in, false}, {}, p.y, p.stride};
  for (Count c = begin; c < end; c += kTileCols) {
    const Count width = end - c < kTileCols ? end - c : kTileCols;
    for (Count depth = 0; depth < p.in; depth += kBlockDepth) {
      const Count last = p.in - depth < kBlockDepth ? p.in : depth + kBlockDepth;
      if (p.w.kept == nullptr) expandStrip<false>(p, depth, last, c, strip);
      else expandStrip<true>(p, depth, last, c, strip);
      float* const y = p.y + c;
      const float* initial = depth > 0 ? y : p.bias != nullptr ? p.bias + c : zeros;
      multiplyStrip(product, p.x + depth, false, p.m, last - depth, strip, kTileCols, y, width, initial, depth > 0 ? p.stride : 0);
    }
  }
}

#if defined(__AVX2__)
#define BINVIT_LOOKUP

// Inputs whose signed sums fill a vector: lane e holds the sum in which input i counts as +1 where bit i of e is set, else as -1.
constexpr int kGroup = kWidth == 16 ? 4 : 3;
constexpr int kGroups = (32 + kGroup - 1) / kGroup;  // of a word; the last may be of fewer
// Words of a row that are summed at a time: the sums of eight rows stay in the first-level cache.
constexpr int kSumWords = 6;
constexpr int kSumRows = 8;
constexpr Count kRowSums = kSumWords * kGroups * kWidth;

// Lanes of `table` by the lowest bits of `index`.
BINVIT_INLINE Vector lookUp(Vector table, UnsignedVector index) {
#if defined(__AVX512F__)
  return (Vector)_mm512_permutexvar_ps((__m512i)index, (__m512)table);
#else
  return (Vector)_mm256_permutevar8x32_ps((__m256)table, (__m256i)index);
#endif
}

// Signed sums of up to kSumWords words of a row of x.
inline void makeSums(const float* x, Count count, float* sums) {
  float padded[kSumWords * 32];
  const Count words = wordsOf(count);
  for (Count i = 0; i < words * 32; i++) padded[i] = i < count ? x[i] : 0.0f;
  Vector sign[kGroup];
  for (int i = 0; i < kGroup; i++)
    for (int e = 0; e < kWidth; e++) sign[i][e] = (e >> i & 1) != 0 ? 1.0f : -1.0f;
  for (Count word = 0; word < words; word++) {
    const float* from = padded + word * 32;
    BINVIT_UNROLL
    for (int g = 0; g < kGroups; g++, sums += kWidth) {
      Vector sum = from[g * kGroup] * sign[0];
      for (int i = 1; i < kGroup && g * kGroup + i < 32; i++) sum += from[g * kGroup + i] * sign[i];
      store(sums, sum);
    }
  }
}

// Adds what `rows` rows of signed sums give for `blocks` blocks of outputs and words [begin, end) of `words`. With weights of 0 it adds
// twice the product: once with -1 in their place, once with 1.
template <int rows, int blocks, bool ternary>
BINVIT_INLINE void addLookedUp(const float* sums, Ternary w, Count words, Count begin, Count end, Vector (*total)[blocks]) {
  for (Count i = begin; i < end; i++, sums += kGroups * kWidth) {
    UnsignedVector lower[blocks], upper[blocks];
    for (int b = 0; b < blocks; b++) {
      lower[b] = reinterpret_cast<UnsignedVector>(load(w.w + (b * words + i) * kWidth));
      if (ternary) upper[b] = lower[b] | ~reinterpret_cast<UnsignedVector>(load(w.kept + (b * words + i) * kWidth));
    }
    const float* table = sums;
    // Not unrolled: compilers look everything up first, and have no registers for it.
    BINVIT_NO_UNROLL
    for (int g = 0; g < kGroups; g++, table += kWidth) {
      BINVIT_UNROLL
      for (int r = 0; r < rows; r++) {
        const Vector row = load(table + r * kRowSums);
        for (int b = 0; b < blocks; b++) {
          total[r][b] += lookUp(row, lower[b]);
          if (ternary) total[r][b] += lookUp(row, upper[b]);
        }
      }
      for (int b = 0; b < blocks; b++) {
        lower[b] >>= kGroup;
        if (ternary) upper[b] >>= kGroup;
      }
    }
  }
}

// `rows` rows from r on and the outputs of `blocks` blocks from c on, for words [begin, end). Sums that are not complete wait in y.
template <int rows, int blocks, bool ternary>
BINVIT_INLINE void lookUpBlocks(const SignProduct& p, const Scaled& output, const float* sums, Count begin, Count end, Count r, Count c) {
  const Count words = wordsOf(p.in);
  Vector total[rows][blocks];
  for (int row = 0; row < rows; row++)
    for (int b = 0; b < blocks; b++)
      total[row][b] = begin == 0 ? Vector{} : load(p.y + (r + row) * p.stride + c + b * kWidth, p.out - c - b * kWidth);
  addLookedUp<rows, blocks, ternary>(sums, p.w.from(c / kWidth * words), words, begin, end, total);
  for (int b = 0; b < blocks; b++) {
    const Scaled::Block block = output.block(c + b * kWidth, p.out - c - b * kWidth);
    for (int row = 0; row < rows; row++) {
      if (end == words) block.put(r + row, total[row][b]);
      else store(p.y + (r + row) * p.stride + c + b * kWidth, total[row][b], block.left);
    }
  }
}

// Rows [r, r + rows), whose signed sums serve all outputs.
template <int rows, int blocks, bool ternary>
inline void lookUpRows(const SignProduct& p, const Scaled& output, Count r) {
  float* const sums = scratch().packedA;
  const Count words = wordsOf(p.in);
  for (Count begin = 0; begin < words; begin += kSumWords) {
    const Count end = words - begin < kSumWords ? words : begin + kSumWords;
    const Count count = p.in - begin * 32 < kSumWords * 32 ? p.in - begin * 32 : kSumWords * 32;
    for (int row = 0; row < rows; row++) makeSums(p.x + (r + row) * p.in + begin * 32, count, sums + row * kRowSums);
    Count c = 0;
    for (; c + blocks * kWidth <= p.out; c += blocks * kWidth) lookUpBlocks<rows, blocks, ternary>(p, output, sums, begin, end, r, c);
    for (; c < p.out; c += kWidth) lookUpBlocks<rows, 1, ternary>(p, output, sums, begin, end, r, c);
  }
}

// Rows [begin, end). Every output adds in one order, whatever rows are computed together.
template <bool ternary>
inline void multiplyLookedUp(const SignProduct& p, Count begin, Count end) {
  const Scaled output{p.alpha, p.bias, nullptr, p.y, p.stride, p.out, ternary ? 0.5f : 1.0f};
  Count r = begin;
  for (; r + kSumRows <= end; r += kSumRows) lookUpRows<kSumRows, kBlocks, ternary>(p, output, r);
  for (; r < end; r++) lookUpRows<1, 4, ternary>(p, output, r);
}

#endif

// The whole product, on all threads.
inline void multiplySigned(const SignProduct& p) {
#ifdef BINVIT_LOOKUP
  if (p.alpha != nullptr && p.group >= p.in) {
    constexpr Count kPiece = 3 * kSumRows;
    parallelFor(pieces(p.m, kPiece), [&](int i) {
      const Piece part = piece(p.m, kPiece, i);
      if (p.w.kept == nullptr) multiplyLookedUp<false>(p, part.begin, part.end);
      else multiplyLookedUp<true>(p, part.begin, part.end);
    });
    return;
  }
#endif
  constexpr Count kPiece = 4 * kTileCols;
  parallelFor(pieces(p.out, kPiece), [&](int i) {
    const Piece part = piece(p.out, kPiece, i);
    multiplyExpanded(p, part.begin, part.end);
  });
}

}  // namespace
