// Gradient estimators of the sign over arrays.
#pragma once
#include "parallel.h"
#include "vector_math.h"

namespace {

// dx = dy f(x); dy null means 1.
template <class Derivative>
BINVIT_INLINE void applyDerivative(const float* x, const float* dy, float* dx, Count count, const Derivative& derivative) {
  for (Count i = 0; i < count; i += kWidth) {
    const Vector f = derivative(load(x + i, count - i));
    store(dx + i, dy == nullptr ? f : load(dy + i, count - i) * f, count - i);
  }
}

// The same for an estimator, which is chosen once, outside the loop.
inline void applyEstimator(const float* x, const float* dy, float* dx, Count count, EstimatorSpec spec) {
  const auto with = [&](int32_t code) {
    applyDerivative(x, dy, dx, count,
                    [&](Vector v) { return estimatorDerivative(v, {code, spec.parameter0, spec.parameter1}); });
  };
  switch (spec.code) {
    case kClipped: return with(kClipped);
    case kApproxSign: return with(kApproxSign);
    case kSwishSign: return with(kSwishSign);
    case kEde: return with(kEde);
    default: return with(kIdentity);
  }
}

}  // namespace
