#include "parallel.h"
#include "simd.h"

namespace {

constexpr Count kRowPiece = 256, kForwardPiece = 32;

}  // namespace

void layerNormForward(const float* x, const float* gamma, const float* beta, float* y, float* mean, float* rstd, int32_t rows,
                      int32_t dim, float epsilon) {
  const float share = 1.0f / static_cast<float>(dim);
  parallelFor(pieces(rows, kForwardPiece), [&](int task) {
    const Piece part = piece(rows, kForwardPiece, task);
    for (Count r = part.begin; r < part.end; r++) {
      const float* in = x + r * dim;
      float* out = y + r * dim;
      Vector sum{};
      for (Count i = 0; i < dim; i += kWidth) sum += load(in + i, dim - i);
      const Vector center = sumLanes(sum) * share;
      Vector squares{};
      for (Count i = 0; i < dim; i += kWidth) {
        const Vector d = load(in + i, dim - i) - center;
        squares += dim - i < kWidth ? firstLanes(d * d, dim - i) : d * d;
      }
      const float factor = 1.0f / __builtin_sqrtf(sumLanes(squares)[0] * share + epsilon);
      mean[r] = center[0];
      rstd[r] = factor;
      for (Count i = 0; i < dim; i += kWidth) {
        const Vector normalized = (load(in + i, dim - i) - center) * factor;
        store(out + i, normalized * load(gamma + i, dim - i) + load(beta + i, dim - i), dim - i);
      }
    }
  });
}

void layerNormBackward(const float* x, const float* gamma, const float* mean, const float* rstd, const float* dy, float* dx,
                       float* dgamma, float* dbeta, int32_t rows, int32_t dim) {
  const float share = 1.0f / static_cast<float>(dim);
  // Partial sums of dgamma and dbeta, one pair for each piece of rows; the pieces depend on the shape alone.
  float* partials = scratch().work;
  const Count most = (1 << 19) / (2 * static_cast<Count>(dim));
  const Count size = rows <= kRowPiece * most ? kRowPiece : (rows + most - 1) / most;
  const int count = pieces(rows, size);
  parallelFor(count, [&](int task) {
    const Piece part = piece(rows, size, task);
    float* gammaSum = partials + static_cast<Count>(task) * 2 * dim;
    float* betaSum = gammaSum + dim;
    for (Count i = 0; i < 2 * dim; i++) gammaSum[i] = 0.0f;
    for (Count r = part.begin; r < part.end; r++) {
      const float* in = x + r * dim;
      const float* gradient = dy + r * dim;
      const Vector center = broadcast(mean[r]), factor = broadcast(rstd[r]);
      Vector sum{}, product{};
      for (Count i = 0; i < dim; i += kWidth) {
        const Vector normalized = (load(in + i, dim - i) - center) * factor;
        const Vector g = load(gradient + i, dim - i);
        store(gammaSum + i, load(gammaSum + i, dim - i) + g * normalized, dim - i);
        store(betaSum + i, load(betaSum + i, dim - i) + g, dim - i);
        const Vector scaled = g * load(gamma + i, dim - i);
        sum += scaled;
        product += scaled * normalized;
      }
      if (dx == nullptr) continue;
      const Vector meanOfGradient = sumLanes(sum) * share, meanOfProduct = sumLanes(product) * share;
      for (Count i = 0; i < dim; i += kWidth) {
        const Vector normalized = (load(in + i, dim - i) - center) * factor;
        const Vector scaled = load(gradient + i, dim - i) * load(gamma + i, dim - i);
        store(dx + r * dim + i, factor * (scaled - meanOfGradient - normalized * meanOfProduct), dim - i);
      }
    }
  });
  for (Count i = 0; i < dim; i++) dgamma[i] = dbeta[i] = 0.0f;
  for (int task = 0; task < count; task++) {
    const float* sums = partials + static_cast<Count>(task) * 2 * dim;
    for (Count i = 0; i < dim; i++) {
      dgamma[i] += sums[i];
      dbeta[i] += sums[dim + i];
    }
  }
}
