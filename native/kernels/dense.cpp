#include "dense_backward.h"

void denseBackward(const float* x, const float* w, const float* dy, float* dx, float* dw, float* db, int32_t m, int32_t in,
                   int32_t out) {
  const Product forInput{m, in, out, {dy, out, false}, {w, out, true}, dx, in};
  const Product forWeight{in, out, m, {x, in, true}, {dy, out, false}, dw, out};
  multiplyBackward(forInput, forWeight, db);
}
