// exp, the normal distribution and the sign estimators on vectors; no libm, so that wasm needs none.
#pragma once
#include "../binvit.h"
#include "simd.h"

namespace {

// exp(x) to about 1 unit in the last place for -46 <= x <= 0, and 0 below: what is less than 1e-20 beside a largest value of 1
// would only fill the backward pass with subnormal numbers, on which processors are slow. NaN stays NaN.
BINVIT_INLINE Vector exponential(Vector x) {
  const IntVector negligible = x < broadcast(-46.0f);
  x = maximum(broadcast(-46.0f), x);
  // Adding 1.5 * 2^23 rounds to an integer that stands in the low bits.
  const Vector magic = broadcast(12582912.0f);
  const Vector shifted = x * 1.44269504f + magic;
  const Vector n = shifted - magic;
  // ln 2 in two parts, so that x - n ln 2 is exact to float32.
  const Vector r = (x - n * 0.693145752f) - n * 1.42860677e-6f;
  Vector p = broadcast(1.0f / 720);
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const Vector result = fromBits(bitsOf(p) + (bitsOf(shifted) << 23));
  return negligible ? Vector{} : result;
}

struct Normal {
  Vector cumulative;  // Phi(x)
  Vector kernel;      // exp(-x^2 / 2) = sqrt(2 pi) phi(x)
};

// Phi(x) = (1 + erf(x / sqrt 2)) / 2 to 1e-7 absolute: Phi(-a) = exp(-a^2 / 2) R(u), u = p a / (1 + p a), p = 0.34, R a
// polynomial fitted by minimax (Lawson's iteration) on a in [0, 14] with R(0) = 1/2 held, so that small x are exact.
BINVIT_INLINE Normal normal(Vector x) {
  const Vector a = minimum(absolute(x), broadcast(13.0f));
  const Vector v = a * 0.34f;
  const Vector u = v / (v + 1.0f);
  Vector r = broadcast(-0.0415370427f);
  r = r * u + 0.105890624f;
  r = r * u + 0.00385350059f;
  r = r * u - 0.151655555f;
  r = r * u - 0.232428685f;
  r = r * u + 0.989328325f;
  r = r * u - 1.17336082f;
  r = r * u + 0.5f;
  const Vector kernel = exponential(a * a * -0.5f);
  const Vector tail = kernel * r;
  return {x < broadcast(0.0f) ? tail : 1.0f - tail, kernel};
}

struct EstimatorSpec {
  int32_t code;
  float parameter0;
  float parameter1;
};

// f(x) of a sign estimator; the formulas stand at enum Estimator.
BINVIT_INLINE Vector estimatorDerivative(Vector x, EstimatorSpec spec) {
  const Vector zero = broadcast(0.0f), one = broadcast(1.0f);
  const Vector a = absolute(x);
  switch (spec.code) {
    case kClipped:
      return a <= one ? one : zero;
    case kApproxSign:
      return a <= one ? 2.0f - 2.0f * a : zero;
    case kSwishSign: {
      // With e = exp(-|z|), z = beta x: 1 + cosh z = (1 + e)^2 / 2e and |tanh(z / 2)| = (1 - e) / (1 + e).
      const Vector z = a * spec.parameter0;
      const Vector e = exponential(-z);
      const Vector s = 1.0f / (1.0f + e);
      return spec.parameter0 * (2.0f - z * (1.0f - e) * s) * 2.0f * e * s * s;
    }
    case kEde: {
      // With e = exp(-2 |t x|): 1 - tanh^2(t x) = 4 e / (1 + e)^2.
      const Vector e = exponential(a * (-2.0f * spec.parameter0));
      const Vector s = 1.0f / (1.0f + e);
      return spec.parameter0 * spec.parameter1 * 4.0f * e * s * s;
    }
    default:
      return one;
  }
}

}  // namespace
