#include "estimator.h"

int32_t signForward(const float* x, float* y, Count count) {
  int32_t bad = 0;
  parallelFor(pieces(count, kElementPiece), [&](int task) {
    const Piece part = piece(count, kElementPiece, task);
    IntVector lanes{};
    for (Count i = part.begin; i < part.end; i += kWidth) {
      const Vector v = load(x + i, part.end - i);
      lanes |= notFinite(v);
      store(y + i, signOf(v), part.end - i);
    }
    if (anyLane(lanes)) __atomic_store_n(&bad, 1, __ATOMIC_RELAXED);
  });
  return bad ? kInputNotFinite : kFinite;
}

void estimatorBackward(const float* x, const float* dy, float* dx, Count count, int32_t estimator, float parameter0,
                       float parameter1) {
  parallelFor(pieces(count, kElementPiece), [&](int task) {
    const Piece part = piece(count, kElementPiece, task);
    applyEstimator(x + part.begin, dy == nullptr ? nullptr : dy + part.begin, dx + part.begin, part.end - part.begin,
                   {estimator, parameter0, parameter1});
  });
}
