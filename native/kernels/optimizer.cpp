#include "parallel.h"
#include "simd.h"

namespace {

// Calls update(row, begin, end) for pieces of every parameter.
template <class Update>
BINVIT_INLINE void forEachParameter(const OptimizerRow* table, int32_t rows, const Update& update) {
  for (int32_t r = 0; r < rows; r++) {
    const OptimizerRow& row = table[r];
    const Count count = static_cast<Count>(row.count);
    parallelFor(pieces(count, kElementPiece), [&](int task) {
      const Piece part = piece(count, kElementPiece, task);
      update(row, part.begin, part.end);
    });
  }
}

inline float* at(double offset) { return reinterpret_cast<float*>(memoryBase() + static_cast<size_t>(offset)); }

BINVIT_INLINE float clamp(float value, float limit) {
  value = value < -limit ? -limit : value;
  return value > limit ? limit : value;
}

// 0 stands for no clip.
inline float limitOf(const OptimizerRow& row) { return row.clip > 0.0 ? static_cast<float>(row.clip) : __builtin_inff(); }

}  // namespace

void adamW(const OptimizerRow* table, int32_t rows, double learningRate, double beta1, double beta2, double epsilon,
           double correction1, double correction2, double gradientScale) {
  const float keep1 = static_cast<float>(beta1), take1 = static_cast<float>((1.0 - beta1) * gradientScale);
  const float keep2 = static_cast<float>(beta2), take2 = static_cast<float>((1.0 - beta2) * gradientScale * gradientScale);
  const float step = static_cast<float>(learningRate / correction1);
  const float inverse = static_cast<float>(1.0 / __builtin_sqrt(correction2)), eps = static_cast<float>(epsilon);
  forEachParameter(table, rows, [&](const OptimizerRow& row, Count begin, Count end) {
    const float* w = at(row.parameter);
    const float* g = at(row.gradient);
    float* to = at(row.output);
    float* m = at(row.momentum);
    float* v = at(row.variance);
    const float retain = static_cast<float>(1.0 - learningRate * row.decay), limit = limitOf(row);
#pragma GCC ivdep
    for (Count i = begin; i < end; i++) {
      m[i] = keep1 * m[i] + take1 * g[i];
      v[i] = keep2 * v[i] + take2 * (g[i] * g[i]);
      to[i] = clamp(retain * w[i] - step * m[i] / (__builtin_sqrtf(v[i]) * inverse + eps), limit);
    }
  });
}

void sgd(const OptimizerRow* table, int32_t rows, double learningRate, double momentum, double gradientScale) {
  const float keep = static_cast<float>(momentum), take = static_cast<float>(gradientScale);
  const float rate = static_cast<float>(learningRate);
  forEachParameter(table, rows, [&](const OptimizerRow& row, Count begin, Count end) {
    const float* w = at(row.parameter);
    const float* g = at(row.gradient);
    float* to = at(row.output);
    float* velocity = at(row.momentum);
    const float retain = static_cast<float>(1.0 - learningRate * row.decay), limit = limitOf(row);
#pragma GCC ivdep
    for (Count i = begin; i < end; i++) {
      velocity[i] = keep * velocity[i] + take * g[i];
      to[i] = clamp(retain * w[i] - rate * velocity[i], limit);
    }
  });
}
