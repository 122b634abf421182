// The weight side of a binary dense layer: scaling factors, and alpha * sign(W).
#pragma once
#include "parallel.h"
#include "simd.h"

namespace {

// alpha[out] = mean |W| over each column, over all of W, or 1; returns whether W is finite.
inline bool scalingFactors(const float* w, Count in, Count out, int32_t scale, float* alpha) {
  IntVector bad{};
  double total = 0.0;
  for (Count c = 0; c < out; c += kWidth) {
    Vector sum{};
    for (Count begin = 0; begin < in; begin += 32) {
      // Sums of 32 first: the rounding error grows with the depth of the tree, not with `in`.
      Vector partial{};
      const Count end = in - begin < 32 ? in : begin + 32;
      for (Count r = begin; r < end; r++) {
        const Vector v = load(w + r * out + c, out - c);
        bad |= notFinite(v);
        partial += absolute(v);
      }
      sum += partial;
    }
    float lanes[kWidth];
    store(lanes, sum);
    for (int i = 0; i < kWidth && c + i < out; i++) {
      total += lanes[i];
      alpha[c + i] = scale == kScaleChannel ? lanes[i] / static_cast<float>(in) : 1.0f;
    }
  }
  if (scale == kScaleTensor)
    for (Count c = 0; c < out; c++) alpha[c] = static_cast<float>(total / (static_cast<double>(in) * static_cast<double>(out)));
  return !anyLane(bad);
}

// effective[in, out] = alpha * sign(W)
inline void effectiveWeight(const float* w, const float* alpha, Count in, Count out, float* effective) {
  for (Count r = 0; r < in; r++) {
    const float* from = w + r * out;
    float* to = effective + r * out;
    for (Count c = 0; c < out; c++) to[c] = from[c] < 0.0f ? -alpha[c] : alpha[c];
  }
}

}  // namespace
