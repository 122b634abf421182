// Activations and scales of rows, as inference needs them.
#include "packed.h"
#include "vector_math.h"

namespace {

// Elements of a row are few; a task takes several rows.
constexpr Count kRowsPerTask = 16;

}  // namespace

int32_t packGelu(const float* x, const float* shift, uint32_t* bits, int32_t rows, int32_t in) {
  const Count words = wordsOf(in);
  return inRowPieces(rows, [=](Count r) {
    return packRow(x + r * in, in, bits + r * words, [=](Vector v, Count i) {
      if (shift != nullptr) return v * normal(v).cumulative >= -load(shift + i, in - i);
      // GELU has the sign of x, except where it underflows below 0: a -0 counts as +1.
      const IntVector underflows = (v < broadcast(0.0f)) & ((v > broadcast(-1e-30f)) | (v < broadcast(-9.0f)));
      if (maskBits(underflows) == 0) return v >= broadcast(0.0f);
      return v * normal(v).cumulative >= broadcast(0.0f);
    });
  });
}

void rpreluForward(const float* x, const float* before, const float* slope, const float* after, float* y, int32_t rows,
                   int32_t dim) {
  parallelFor(pieces(rows, kRowsPerTask), [=](int task) {
    const Piece part = piece(rows, kRowsPerTask, task);
    for (Count r = part.begin; r < part.end; r++) {
      for (Count i = 0; i < dim; i += kWidth) {
        const Count left = dim - i;
        const Vector z = load(x + r * dim + i, left) - load(before + i, left);
        store(y + r * dim + i, (z > broadcast(0.0f) ? z : load(slope + i, left) * z) + load(after + i, left), left);
      }
    }
  });
}

void meanMagnitudes(const float* x, const float* shift, float* means, int32_t rows, int32_t dim, int32_t stride) {
  parallelFor(pieces(rows, kRowsPerTask), [=](int task) {
    const Piece part = piece(rows, kRowsPerTask, task);
    for (Count r = part.begin; r < part.end; r++) {
      Vector sum{};
      for (Count i = 0; i < dim; i += kWidth) {
        const Vector v = load(x + r * stride + i, dim - i);
        sum += absolute(shift == nullptr ? v : v + load(shift + i, dim - i));
      }
      means[r] = sumLanes(sum)[0] / static_cast<float>(dim);
    }
  });
}

void unpackLevels(const uint32_t* bits, const float* rowScale, float* y, int32_t rows, int32_t in, float factor, int32_t isSigned) {
  const Count words = wordsOf(in);
  parallelFor(pieces(rows, kRowsPerTask), [=](int task) {
    const Piece part = piece(rows, kRowsPerTask, task);
    for (Count r = part.begin; r < part.end; r++) {
      const float upper = rowScale == nullptr ? factor : factor * rowScale[r], lower = isSigned ? -upper : 0.0f;
      for (Count i = 0; i < in; i++) y[r * in + i] = (bits[r * words + i / 32] >> (i % 32) & 1) != 0 ? upper : lower;
    }
  });
}
