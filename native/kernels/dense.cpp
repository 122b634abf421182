#include "columns.h"
#include "gemm.h"

void denseBackward(const float* x, const float* w, const float* dy, float* dx, float* dw, float* db, int32_t m, int32_t in,
                   int32_t out) {
  if (dx != nullptr) multiplyParallel({m, in, out, {dy, out, false}, {w, out, true}, dx, in});
  if (dw != nullptr) multiplyParallel({in, out, m, {x, in, true}, {dy, out, false}, dw, out});
  if (db != nullptr) sumAllColumns(dy, db, m, out, 1.0f);
}
