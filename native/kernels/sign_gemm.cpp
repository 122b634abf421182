#include "sign_gemm.h"

void signGemm(const float* x, const uint32_t* w, const uint32_t* kept, const float* alpha, const float* bias, float* y, int32_t m,
              int32_t in, int32_t out, int32_t group, int32_t stride) {
  multiplySigned({x, {w, kept}, alpha, bias, y, m, in, out, group, stride});
}
