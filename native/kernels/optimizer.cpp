#include "parallel.h"
#include "simd.h"

namespace {

// A parameter's arrays.
struct Parameter {
  const float *w, *gradient;
  float *output, *momentum, *variance;
  float decay, limit;  // the factor 1 - learningRate * decay, and infinity for no clip
};

// Calls update(parameter, begin, end) for pieces of every parameter.
template <class Update>
BINVIT_INLINE void forEachParameter(const OptimizerRow* table, int32_t rows, double learningRate, const Update& update) {
  char* const base = memoryBase();
  const auto at = [=](double offset) { return reinterpret_cast<float*>(base + static_cast<size_t>(offset)); };
  for (int32_t r = 0; r < rows; r++) {
    const OptimizerRow& row = table[r];
    const float limit = row.clip > 0.0 ? static_cast<float>(row.clip) : __builtin_inff();
    const Parameter parameter{at(row.parameter), at(row.gradient), at(row.output), at(row.momentum), at(row.variance),
                              static_cast<float>(1.0 - learningRate * row.decay), limit};
    const Count count = static_cast<Count>(row.count);
    parallelFor(pieces(count, kElementPiece), [&](int task) {
      const Piece part = piece(count, kElementPiece, task);
      update(parameter, part.begin, part.end);
    });
  }
}

// NaN stays NaN.
BINVIT_INLINE Vector clamp(Vector value, float limit) {
  value = value < broadcast(-limit) ? broadcast(-limit) : value;
  return value > broadcast(limit) ? broadcast(limit) : value;
}

}  // namespace

void adamW(const OptimizerRow* table, int32_t rows, double learningRate, double beta1, double beta2, double epsilon,
           double correction1, double correction2, double gradientScale) {
  const float keep1 = static_cast<float>(beta1), take1 = static_cast<float>((1.0 - beta1) * gradientScale);
  const float keep2 = static_cast<float>(beta2), take2 = static_cast<float>((1.0 - beta2) * gradientScale * gradientScale);
  const float step = static_cast<float>(learningRate / correction1);
  const float inverse = static_cast<float>(1.0 / __builtin_sqrt(correction2)), eps = static_cast<float>(epsilon);
  forEachParameter(table, rows, learningRate, [&](const Parameter& p, Count begin, Count end) {
    for (Count i = begin; i < end; i += kWidth) {
      const Count rest = end - i;
      const Vector g = load(p.gradient + i, rest);
      const Vector m = keep1 * load(p.momentum + i, rest) + take1 * g;
      const Vector v = keep2 * load(p.variance + i, rest) + take2 * (g * g);
      store(p.momentum + i, m, rest);
      store(p.variance + i, v, rest);
      store(p.output + i, clamp(p.decay * load(p.w + i, rest) - step * m / (squareRoot(v) * inverse + eps), p.limit), rest);
    }
  });
}

void sgd(const OptimizerRow* table, int32_t rows, double learningRate, double momentum, double gradientScale) {
  const float keep = static_cast<float>(momentum), take = static_cast<float>(gradientScale);
  const float rate = static_cast<float>(learningRate);
  forEachParameter(table, rows, learningRate, [&](const Parameter& p, Count begin, Count end) {
    for (Count i = begin; i < end; i += kWidth) {
      const Count rest = end - i;
      const Vector velocity = keep * load(p.momentum + i, rest) + take * load(p.gradient + i, rest);
      store(p.momentum + i, velocity, rest);
      store(p.output + i, clamp(p.decay * load(p.w + i, rest) - rate * velocity, p.limit), rest);
    }
  });
}
