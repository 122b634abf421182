#include "binary_weight.h"
#include "dense_backward.h"
#include "estimator.h"
#include "packed.h"

namespace {

// Floats that are asked for ahead: as many as the first-level cache has room for beside what is at work.
constexpr Count kAhead = 1 << 13;

// Both operands binary: pack, xor, count. Returns whether x is finite.
inline bool forwardFromBits(const float* x, const float* w, const float* bias, float* y, const float* alpha, Count m, Count in,
                            Count out) {
  const Count words = wordsOf(in);
  // What Scratch holds.
  const Count colBlock = (1 << 18) / (words * kWidth) * kWidth;
  const Count rowBlock = (1 << 16) / words < kProductRows ? (1 << 16) / words : kProductRows;
  uint32_t* weightBits = scratch().weightBits;
  int32_t bad = 0;
  for (Count begin = 0; begin < out; begin += colBlock) {
    const Count columns = out - begin < colBlock ? out - begin : colBlock;
    packColumnSigns(w + begin, nullptr, weightBits, in, columns, out);
    const Scaled output{alpha + begin, bias == nullptr ? nullptr : bias + begin, nullptr, y + begin, out, columns, 2.0f};
    parallelFor(pieces(m, rowBlock), [&](int i) {
      const Piece part = piece(m, rowBlock, i);
      const Count rows = part.end - part.begin;
      uint32_t* inputBits = scratch().inputBits;
      IntVector lanes{};
      for (Count r = 0; r < rows; r++) {
        lanes |= packRowSigns(x + (part.begin + r) * in, nullptr, in, inputBits + r * words);
        // Outputs of the next rows: without this a thread waits for them longer than it computes.
        if (part.end + r < m && rows * out <= kAhead) prefetch<1>(y + (part.end + r) * out, out);
      }
      if (anyLane(lanes)) __atomic_store_n(&bad, 1, __ATOMIC_RELAXED);
      withXor(in, [&](auto operation) {
        using Operation = decltype(operation);
        const auto middle = middles<Operation>(inputBits, rows, in);
        multiplyPiece<Operation>(inputBits, {weightBits}, words, middle.of, part.begin, rows, columns, output);
      });
    });
  }
  return bad == 0;
}

// dw holds G = x^^T dy on entry and the latent gradient on return.
inline void latentGradient(const float* w, const float* alpha, float* dw, Count in, Count out, EstimatorSpec estimator,
                           int32_t scale, bool scaleExact) {
  const bool exact = scaleExact && scale != kScaleNone;
  const float share = exact ? 1.0f / (scale == kScaleTensor ? static_cast<float>(in) * static_cast<float>(out)
                                                            : static_cast<float>(in))
                            : 0.0f;
  const auto signedSums = [&](Count c) {
    Vector sum{};
    for (Count at = c; at < in * out; at += out) sum += load(dw + at, out - c) * signOf(load(w + at, out - c));
    return sum;
  };
  double total = 0.0;
  if (exact && scale == kScaleTensor) {
    for (Count c = 0; c < out; c += kWidth) {
      float lanes[kWidth];
      store(lanes, signedSums(c));
      for (int i = 0; i < kWidth; i++) total += lanes[i];
    }
  }
  for (Count c = 0; c < out; c += kWidth) {
    const Vector factor = load(alpha + c, out - c);
    Vector through{};
    if (exact) through = (scale == kScaleTensor ? broadcast(static_cast<float>(total)) : signedSums(c)) * share;
    for (Count at = c; at < in * out; at += out) {
      const Vector weight = load(w + at, out - c);
      const Vector gradient = load(dw + at, out - c);
      store(dw + at, factor * gradient * estimatorDerivative(weight, estimator) + signOf(weight) * through, out - c);
    }
  }
}

}  // namespace

int32_t binaryDenseForward(const float* x, const float* w, const float* bias, float* y, float* effective, float* alpha,
                           int32_t m, int32_t in, int32_t out, int32_t inputBinary, int32_t scale) {
  int32_t status = scalingFactors(w, in, out, scale, alpha) ? kFinite : kWeightNotFinite;
  effectiveWeight(w, alpha, in, out, effective);
  if (inputBinary) {
    if (!forwardFromBits(x, w, bias, y, alpha, m, in, out)) status |= kInputNotFinite;
  } else {
    Product g{m, out, in, {x, in, false}, {effective, out, false}, y, out};
    g.bias = bias;
    multiplyParallel(g);
  }
  return status;
}

void binaryDenseBackward(const float* x, const float* w, const float* effective, const float* alpha, const float* dy,
                         float* dx, float* dw, float* db, int32_t m, int32_t in, int32_t out, int32_t inputBinary,
                         int32_t inputEstimator, float inputParameter0, float inputParameter1, int32_t weightEstimator,
                         float weightParameter0, float weightParameter1, int32_t scale, int32_t scaleExact) {
  struct Context { const float* x; float* dx; Count in; EstimatorSpec estimator; } context{
      x, dx, in, {inputEstimator, inputParameter0, inputParameter1}};
  Product forInput{m, in, out, {dy, out, false}, {effective, out, true}, dx, in};
  if (inputBinary && inputEstimator != kIdentity) {
    forInput.context = &context;
    forInput.rowsDone = [](const void* pointer, Count begin, Count end) {
      const Context& c = *static_cast<const Context*>(pointer);
      float* rows = c.dx + begin * c.in;
      applyEstimator(c.x + begin * c.in, rows, rows, (end - begin) * c.in, c.estimator);
    };
  }
  Product forWeight{in, out, m, {x, in, true}, {dy, out, false}, dw, out};
  forWeight.signA = inputBinary != 0;
  multiplyBackward(forInput, forWeight, db);
  if (dw != nullptr)
    latentGradient(w, alpha, dw, in, out, {weightEstimator, weightParameter0, weightParameter1}, scale, scaleExact != 0);
}
