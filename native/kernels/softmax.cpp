#include "softmax.h"

#include "parallel.h"

namespace {

// Rows per task; a classifier's rows are short.
constexpr Count kSoftmaxPiece = 64;

// Natural logarithm of a positive finite x to 1e-15: x = m 2^e, log m = 2 artanh((m - 1) / (m + 1)). The rest stays itself.
inline double logarithm(double x) {
  if (!(x > 0.0) || x > 1e300) return x;
  int64_t bits;
  __builtin_memcpy(&bits, &x, 8);
  int64_t exponent = (bits >> 52) - 1023;
  bits = (bits & 0xfffffffffffff) | 0x3ff0000000000000;
  double m;
  __builtin_memcpy(&m, &bits, 8);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    exponent++;
  }
  const double s = (m - 1.0) / (m + 1.0), square = s * s;
  double series = 0.0;
  for (int i = 21; i >= 1; i -= 2) series = series * square + 1.0 / i;
  return 2.0 * s * series + static_cast<double>(exponent) * 0.6931471805599453;
}

}  // namespace

void softmaxRows(const float* x, float* y, int32_t rows, int32_t cols) {
  parallelFor(pieces(rows, kSoftmaxPiece), [&](int task) {
    const Piece part = piece(rows, kSoftmaxPiece, task);
    for (Count r = part.begin; r < part.end; r++) softmaxRow(x + r * cols, y + r * cols, cols, 1.0f);
  });
}

void softmaxRowsBackward(const float* y, const float* dy, float* dx, int32_t rows, int32_t cols) {
  parallelFor(pieces(rows, kSoftmaxPiece), [&](int task) {
    const Piece part = piece(rows, kSoftmaxPiece, task);
    for (Count r = part.begin; r < part.end; r++) softmaxRowBackward(y + r * cols, dy + r * cols, dx + r * cols, cols, 1.0f);
  });
}

double crossEntropyForward(const float* logits, const int32_t* labels, float* probabilities, int32_t rows, int32_t classes,
                           float smoothing) {
  double loss = 0.0;
  for (Count r = 0; r < rows; r++) {
    const float* z = logits + r * classes;
    float top = z[0];
    double sum = 0.0;
    for (Count c = 0; c < classes; c++) {
      top = z[c] > top ? z[c] : top;
      sum += z[c];
    }
    const double logSum = static_cast<double>(top) + logarithm(softmaxRow(z, probabilities + r * classes, classes, 1.0f));
    const double s = smoothing;
    loss += logSum - (1.0 - s) * z[labels[r]] - s * sum / classes;
  }
  return loss / rows;
}

void crossEntropyBackward(const float* probabilities, const int32_t* labels, float* dlogits, int32_t rows, int32_t classes,
                          float smoothing, float dloss) {
  const float factor = dloss / static_cast<float>(rows), off = smoothing / static_cast<float>(classes);
  for (Count r = 0; r < rows; r++) {
    const float* p = probabilities + r * classes;
    float* d = dlogits + r * classes;
    for (Count c = 0; c < classes; c++) d[c] = (p[c] - off) * factor;
    d[labels[r]] = (p[labels[r]] - off - (1.0f - smoothing)) * factor;
  }
}
