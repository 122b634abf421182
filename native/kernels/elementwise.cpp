#include "columns.h"
#include "transpose_block.h"

namespace {

// y[i] = operation(a[i], b[i mod period])
template <class Operation>
BINVIT_INLINE void combine(const float* a, const float* b, float* y, Count count, Count period, const Operation& operation) {
  if (period == count) {
    parallelFor(pieces(count, kElementPiece), [&](int task) {
      const Piece part = piece(count, kElementPiece, task);
      for (Count i = part.begin; i < part.end; i += kWidth) {
        const Count rest = part.end - i;
        store(y + i, operation(load(a + i, rest), load(b + i, rest)), rest);
      }
    });
  } else if (period == 1) {
    const Vector scalar = broadcast(b[0]);
    parallelFor(pieces(count, kElementPiece), [&](int task) {
      const Piece part = piece(count, kElementPiece, task);
      for (Count i = part.begin; i < part.end; i += kWidth)
        store(y + i, operation(load(a + i, part.end - i), scalar), part.end - i);
    });
  } else {
    const Count rows = kElementPiece / period + 1;
    parallelFor(pieces(count, rows * period), [&](int task) {
      const Piece part = piece(count, rows * period, task);
      for (Count begin = part.begin; begin < part.end; begin += period) {
        const Count end = part.end - begin < period ? part.end - begin : period;
        for (Count i = 0; i < end; i += kWidth)
          store(y + begin + i, operation(load(a + begin + i, end - i), load(b + i, end - i)), end - i);
      }
    });
  }
}

}  // namespace

void add(const float* a, const float* b, float* y, Count count, Count period) {
  combine(a, b, y, count, period, [](Vector u, Vector v) { return u + v; });
}

void subtract(const float* a, const float* b, float* y, Count count, Count period) {
  combine(a, b, y, count, period, [](Vector u, Vector v) { return u - v; });
}

void multiply(const float* a, const float* b, float* y, Count count, Count period) {
  combine(a, b, y, count, period, [](Vector u, Vector v) { return u * v; });
}

void scale(const float* x, float* y, Count count, float factor) { multiply(x, &factor, y, count, 1); }

void sumAxis(const float* x, float* y, int32_t outer, int32_t axis, int32_t inner, float factor) {
  if (outer == 1) return sumAllColumns(x, y, axis, inner, factor);
  const Count size = static_cast<Count>(axis) * inner;
  parallelFor(pieces(outer, 64), [&](int task) {
    const Piece part = piece(outer, 64, task);
    for (Count o = part.begin; o < part.end; o++) {
      if (inner > 1) {
        sumColumns(x + o * size, y + o * inner, axis, inner, 0, inner, factor);
        continue;
      }
      Vector sum{};
      for (Count i = 0; i < axis; i += kWidth) sum += load(x + o * size + i, axis - i);
      y[o] = sumLanes(sum)[0] * factor;
    }
  });
}

void broadcastAxis(const float* x, float* y, int32_t outer, int32_t axis, int32_t inner, float factor) {
  parallelFor(pieces(outer, 64), [&](int task) {
    const Piece part = piece(outer, 64, task);
    for (Count o = part.begin; o < part.end; o++) {
      float* to = y + o * axis * inner;
      if (inner == 1) {
        for (Count a = 0; a < axis; a++) to[a] = factor * x[o];
        continue;
      }
      for (Count a = 0; a < axis; a++, to += inner)
        for (Count i = 0; i < inner; i += kWidth) store(to + i, load(x + o * inner + i, inner - i) * factor, inner - i);
    }
  });
}

void transpose(const float* x, float* y, int32_t outer, int32_t rows, int32_t cols, int32_t inner) {
  const Count size = static_cast<Count>(rows) * cols * inner;
  parallelFor(outer, [&](int o) {
    const float* from = x + o * size;
    float* to = y + o * size;
    if (inner == 1) return transposeMatrix(from, cols, rows, cols, to, rows);
    for (Count c = 0; c < cols; c++)
      for (Count r = 0; r < rows; r++, to += inner) {
        const float* run = from + (r * cols + c) * inner;
        for (Count i = 0; i < inner; i++) to[i] = run[i];
      }
  });
}
