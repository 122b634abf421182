#include "parallel.h"
#include "vector_math.h"

void geluForward(const float* x, float* y, Count count) {
  parallelFor(pieces(count, kElementPiece), [&](int task) {
    const Piece part = piece(count, kElementPiece, task);
    for (Count i = part.begin; i < part.end; i += kWidth) {
      const Vector v = load(x + i, part.end - i);
      store(y + i, v * normal(v).cumulative, part.end - i);
    }
  });
}

void geluBackward(const float* x, const float* dy, float* dx, Count count) {
  const float density = 0.398942280f;  // 1 / sqrt(2 pi)
  parallelFor(pieces(count, kElementPiece), [&](int task) {
    const Piece part = piece(count, kElementPiece, task);
    for (Count i = part.begin; i < part.end; i += kWidth) {
      const Vector v = load(x + i, part.end - i);
      const Normal n = normal(v);
      store(dx + i, load(dy + i, part.end - i) * (n.cumulative + v * density * n.kernel), part.end - i);
    }
  });
}
