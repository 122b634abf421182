#include "gemm.h"

void gemm(int32_t transA, int32_t transB, int32_t m, int32_t n, int32_t k, const float* a, int32_t lda, const float* b,
          int32_t ldb, float* c, int32_t ldc, const float* bias, int32_t accumulate, int32_t batch, int32_t strideA,
          int32_t strideB, int32_t strideC) {
  const auto item = [&](Count i) {
    Product g{m, n, k, {a + i * strideA, lda, transA != 0}, {b + i * strideB, ldb, transB != 0}, c + i * strideC, ldc};
    g.bias = bias;
    g.accumulate = accumulate != 0;
    return g;
  };
  if (batch == 1) {
    multiplyParallel(item(0));
    return;
  }
  parallelFor(pieces(batch, 16), [&](int task) {
    const Piece part = piece(batch, 16, task);
    for (Count i = part.begin; i < part.end; i++) multiplySerial(item(i));
  });
}
