// Vectors of the instruction set that this translation unit is compiled for, through GCC/clang vector extensions.
#pragma once
#include "../binvit.h"

#if defined(__AVX2__)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#elif defined(__wasm_simd128__)
#include <wasm_simd128.h>
#endif

#define BINVIT_INLINE static inline __attribute__((always_inline))
#ifdef __clang__
#define BINVIT_UNROLL _Pragma("clang loop unroll(full)")
#define BINVIT_NO_UNROLL _Pragma("clang loop unroll(disable)")
#else
#define BINVIT_UNROLL _Pragma("GCC unroll 16")
#define BINVIT_NO_UNROLL _Pragma("GCC unroll 1")
#endif

namespace {

// float32 lanes of a vector.
#if defined(__AVX512F__)
constexpr int kWidth = 16;
#elif defined(__AVX2__)
constexpr int kWidth = 8;
#else
constexpr int kWidth = 4;
#endif

typedef float Vector __attribute__((vector_size(4 * kWidth)));
typedef int32_t IntVector __attribute__((vector_size(4 * kWidth)));
typedef uint32_t UnsignedVector __attribute__((vector_size(4 * kWidth)));
typedef float UnalignedVector __attribute__((vector_size(4 * kWidth), aligned(4), may_alias));
typedef int32_t UnalignedIntVector __attribute__((vector_size(4 * kWidth), aligned(4), may_alias));

BINVIT_INLINE Vector load(const float* p) { return *reinterpret_cast<const UnalignedVector*>(p); }
BINVIT_INLINE void store(float* p, Vector v) { *reinterpret_cast<UnalignedVector*>(p) = v; }
BINVIT_INLINE IntVector load(const uint32_t* p) { return *reinterpret_cast<const UnalignedIntVector*>(p); }
BINVIT_INLINE void store(uint32_t* p, IntVector v) { *reinterpret_cast<UnalignedIntVector*>(p) = v; }
BINVIT_INLINE Vector broadcast(float value) { return value - Vector{}; }
BINVIT_INLINE IntVector broadcast(int32_t value) { return value - IntVector{}; }

BINVIT_INLINE IntVector bitsOf(Vector v) { return reinterpret_cast<IntVector>(v); }
BINVIT_INLINE Vector fromBits(IntVector v) { return reinterpret_cast<Vector>(v); }
BINVIT_INLINE Vector toFloat(IntVector v) { return __builtin_convertvector(v, Vector); }
BINVIT_INLINE Vector absolute(Vector v) { return fromBits(bitsOf(v) & 0x7fffffff); }
#if defined(__AVX512F__)
typedef __m512 Register;
#define BINVIT_X86(operation) _mm512_##operation##_ps
#elif defined(__AVX2__)
typedef __m256 Register;
#define BINVIT_X86(operation) _mm256_##operation##_ps
#elif defined(__SSE2__)
typedef __m128 Register;
#define BINVIT_X86(operation) _mm_##operation##_ps
#endif

// a < b ? a : b and a > b ? a : b, so b when one of them is a NaN; compilers do not find these instructions by themselves.
#if defined(BINVIT_X86)
BINVIT_INLINE Vector minimum(Vector a, Vector b) { return (Vector)BINVIT_X86(min)((Register)a, (Register)b); }
BINVIT_INLINE Vector maximum(Vector a, Vector b) { return (Vector)BINVIT_X86(max)((Register)a, (Register)b); }
BINVIT_INLINE Vector squareRoot(Vector v) { return (Vector)BINVIT_X86(sqrt)((Register)v); }
#elif defined(__wasm_simd128__)
BINVIT_INLINE Vector minimum(Vector a, Vector b) { return (Vector)wasm_f32x4_pmin((v128_t)b, (v128_t)a); }
BINVIT_INLINE Vector maximum(Vector a, Vector b) { return (Vector)wasm_f32x4_pmax((v128_t)b, (v128_t)a); }
BINVIT_INLINE Vector squareRoot(Vector v) { return (Vector)wasm_f32x4_sqrt((v128_t)v); }
#else
BINVIT_INLINE Vector minimum(Vector a, Vector b) { return a < b ? a : b; }
BINVIT_INLINE Vector maximum(Vector a, Vector b) { return a > b ? a : b; }
BINVIT_INLINE Vector squareRoot(Vector v) {
  for (int i = 0; i < kWidth; i++) v[i] = __builtin_sqrtf(v[i]);
  return v;
}
#endif

// +1 where x >= 0 (also -0), -1 elsewhere.
BINVIT_INLINE Vector signOf(Vector x) { return x < broadcast(0.0f) ? broadcast(-1.0f) : broadcast(1.0f); }

// Not 0 in the lanes that hold a NaN or an infinity: 0 times one of them is a NaN.
BINVIT_INLINE IntVector notFinite(Vector v) { return bitsOf(v * 0.0f) & 0x7fffffff; }

// All ones in the first `count` lanes.
BINVIT_INLINE IntVector lanesBelow(Count count) {
  alignas(64) static const uint32_t lanes[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return load(lanes) < broadcast(static_cast<int32_t>(count));
}

// v in the first `count` lanes, `fill` in the others.
BINVIT_INLINE Vector firstLanes(Vector v, Count count, float fill = 0.0f) { return lanesBelow(count) ? v : broadcast(fill); }

// Loads and stores of what is left of an array: all lanes, or the first `count` with the other lanes 0 (not written).
BINVIT_INLINE Vector load(const float* p, Count count) {
  if (count >= kWidth) return load(p);
#if defined(__AVX512F__)
  return (Vector)_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), p);
#elif defined(__AVX2__)
  return (Vector)_mm256_maskload_ps(p, reinterpret_cast<__m256i>(lanesBelow(count)));
#else
  // Lane by lane: of a plain loop compilers make a memory.copy, which takes V8 a microsecond.
  Vector v{};
  BINVIT_UNROLL
  for (int i = 0; i < kWidth - 1; i++)
    if (i < count) v[i] = p[i];
  return v;
#endif
}

BINVIT_INLINE void store(float* p, Vector v, Count count) {
  if (count >= kWidth) return store(p, v);
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << count) - 1), (__m512)v);
#elif defined(__AVX2__)
  _mm256_maskstore_ps(p, reinterpret_cast<__m256i>(lanesBelow(count)), (__m256)v);
#else
  BINVIT_UNROLL
  for (int i = 0; i < kWidth - 1; i++)
    if (i < count) p[i] = v[i];
#endif
}

// v's lanes in the order lane i -> i ^ distance, distance a power of two below kWidth.
template <int distance>
BINVIT_INLINE Vector exchange(Vector v) {
#ifdef __clang__
#if defined(__AVX512F__)
  return __builtin_shufflevector(v, v, 0 ^ distance, 1 ^ distance, 2 ^ distance, 3 ^ distance, 4 ^ distance, 5 ^ distance,
                                 6 ^ distance, 7 ^ distance, 8 ^ distance, 9 ^ distance, 10 ^ distance, 11 ^ distance,
                                 12 ^ distance, 13 ^ distance, 14 ^ distance, 15 ^ distance);
#elif defined(__AVX2__)
  return __builtin_shufflevector(v, v, 0 ^ distance, 1 ^ distance, 2 ^ distance, 3 ^ distance, 4 ^ distance, 5 ^ distance,
                                 6 ^ distance, 7 ^ distance);
#else
  return __builtin_shufflevector(v, v, 0 ^ distance, 1 ^ distance, 2 ^ distance, 3 ^ distance);
#endif
#else
  IntVector order;
  for (int i = 0; i < kWidth; i++) order[i] = i ^ distance;
  return __builtin_shuffle(v, order);
#endif
}

// Sum and maximum over all lanes, in every lane.
BINVIT_INLINE Vector sumLanes(Vector v) {
  if constexpr (kWidth > 8) v += exchange<8 % kWidth>(v);
  if constexpr (kWidth > 4) v += exchange<4 % kWidth>(v);
  v += exchange<2>(v);
  return v + exchange<1>(v);
}

BINVIT_INLINE Vector maxLanes(Vector v) {
  if constexpr (kWidth > 8) v = maximum(v, exchange<8 % kWidth>(v));
  if constexpr (kWidth > 4) v = maximum(v, exchange<4 % kWidth>(v));
  v = maximum(v, exchange<2>(v));
  return maximum(v, exchange<1>(v));
}

// Asks for `count` elements that will be needed soon, to be written when `write` is set.
template <int write = 0>
BINVIT_INLINE void prefetch(const float* p, Count count) {
  for (Count i = 0; i < count; i += 16) __builtin_prefetch(p + i, write, 2);
}

BINVIT_INLINE bool anyLane(IntVector mask) {
  int32_t any = 0;
  for (int i = 0; i < kWidth; i++) any |= mask[i];
  return any != 0;
}

// Bit i is set where lane i of a mask (0 or all ones) is set.
BINVIT_INLINE uint32_t maskBits(IntVector mask) {
#if defined(__AVX512F__)
  return _mm512_movepi32_mask(reinterpret_cast<__m512i>(mask));
#elif defined(__AVX2__)
  return static_cast<uint32_t>(_mm256_movemask_ps(reinterpret_cast<__m256>(mask)));
#elif defined(__SSE2__)
  return static_cast<uint32_t>(_mm_movemask_ps(reinterpret_cast<__m128>(mask)));
#elif defined(__wasm_simd128__)
  return wasm_i32x4_bitmask(reinterpret_cast<v128_t>(mask));
#elif defined(__aarch64__)
  return vaddvq_u32(reinterpret_cast<uint32x4_t>(mask & IntVector{1, 2, 4, 8}));
#else
  uint32_t bits = 0;
  for (int i = 0; i < kWidth; i++) bits |= static_cast<uint32_t>(mask[i] & 1) << i;
  return bits;
#endif
}

// The same of a comparison, which some instruction sets give as bits.
#if defined(__AVX512F__)
BINVIT_INLINE uint32_t bitsAtLeast(Vector a, Vector b) { return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_GE_OQ); }
BINVIT_INLINE uint32_t bitsBelow(UnsignedVector a, UnsignedVector b) { return _mm512_cmplt_epu32_mask((__m512i)a, (__m512i)b); }
#else
BINVIT_INLINE uint32_t bitsAtLeast(Vector a, Vector b) { return maskBits(a >= b); }
BINVIT_INLINE uint32_t bitsBelow(UnsignedVector a, UnsignedVector b) { return maskBits(reinterpret_cast<IntVector>(a < b)); }
#endif

}  // namespace
