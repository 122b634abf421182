// Differing bits between packed signs, summed per 32-bit lane.
#pragma once
#include "simd.h"

namespace {

// a + b without a sign, which the highest of four byte counts may reach.
BINVIT_INLINE IntVector addCounts(IntVector a, IntVector b) {
  return reinterpret_cast<IntVector>(reinterpret_cast<UnsignedVector>(a) + reinterpret_cast<UnsignedVector>(b));
}

#if defined(__AVX512VPOPCNTDQ__)

// Counts of each lane's word.
BINVIT_INLINE IntVector countBits(IntVector v) {
  return reinterpret_cast<IntVector>(_mm512_popcnt_epi32(reinterpret_cast<__m512i>(v)));
}
BINVIT_INLINE IntVector widenCounts(IntVector counts) { return counts; }
// Words whose counts may be added before they must be widened.
constexpr int kWordsPerCount = 1 << 26;
constexpr bool kWideCounts = true;

#else

constexpr int kWordsPerCount = 31;  // 31 * 8 bits fit a byte
constexpr bool kWideCounts = false;

// Counts of each byte.
BINVIT_INLINE IntVector countBits(IntVector v) {
#if defined(__AVX2__)
  const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2,
                                         3, 3, 4);
  const __m256i nibbles = _mm256_set1_epi8(15), x = reinterpret_cast<__m256i>(v);
  const __m256i low = _mm256_shuffle_epi8(table, _mm256_and_si256(x, nibbles));
  const __m256i high = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi32(x, 4), nibbles));
  return reinterpret_cast<IntVector>(_mm256_add_epi8(low, high));
#elif defined(__wasm_simd128__)
  return reinterpret_cast<IntVector>(wasm_i8x16_popcnt(reinterpret_cast<v128_t>(v)));
#elif defined(__aarch64__)
  return reinterpret_cast<IntVector>(vcntq_u8(reinterpret_cast<uint8x16_t>(v)));
#else
  UnsignedVector x = reinterpret_cast<UnsignedVector>(v);
  x -= (x >> 1) & 0x55555555u;
  x = (x & 0x33333333u) + ((x >> 2) & 0x33333333u);
  return reinterpret_cast<IntVector>((x + (x >> 4)) & 0x0f0f0f0fu);
#endif
}

// Sums of each lane's four byte counts.
BINVIT_INLINE IntVector widenCounts(IntVector counts) {
  const IntVector pairs = (counts & 0x00ff00ff) + ((counts >> 8) & 0x00ff00ff);
  return (pairs & 0xffff) + ((pairs >> 16) & 0xffff);
}

#endif

}  // namespace
