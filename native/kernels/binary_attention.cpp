#include "sign_gemm.h"
#include "softmax.h"

namespace {

// Query rows of a task: their scores stay in the first-level cache.
constexpr Count kBinaryQueryRows = 24;

// How probabilities become bits, as in packAbove.
struct Cut {
  float threshold, fraction;
};

// Softmax of a row of scores, in vectors that are whole up to `width`, and the bits of what is above the cut; `scores` is overwritten.
// probabilities may be null. Returns the lanes that were not finite. The sums run as in softmaxRow and packAbove.
inline IntVector packSoftmaxRow(float* scores, Count tokens, Count width, Cut cut, uint32_t* bits, float* rowScale, float* probabilities) {
  float* last = scores + width - kWidth;
  // exp(-inf) adds 0 to the sum.
  store(last, firstLanes(load(last), tokens - (width - kWidth), -__builtin_inff()));
  Vector top = load(scores);
  for (Count i = kWidth; i < width; i += kWidth) top = maximum(load(scores + i), top);
  top = maxLanes(top);
  Vector total{};
  for (Count i = 0; i < width; i += kWidth) {
    const Vector e = exponential(load(scores + i) - top);
    total += e;
    store(scores + i, e);
  }
  // Also the row's maximum: there e is 1.
  const float inverse = 1.0f / sumLanes(total)[0];
  float edge = cut.threshold;
  if (cut.fraction > 0.0f) edge = cut.fraction * inverse > 1e-30f ? cut.fraction * inverse : 1e-30f;
  Vector sum{};
  const IntVector bad = packRow(scores, tokens, bits, [&](Vector e, Count i) {
    const Vector p = e * inverse;
    if (probabilities != nullptr) store(probabilities + i, p, tokens - i);
    const IntVector on = p > broadcast(edge);
    sum += on ? p : Vector{};
    return maskBits(on);
  });
  if (rowScale == nullptr) return bad;
  int32_t count = 0;
  for (Count i = 0; i < wordsOf(tokens); i++) count += __builtin_popcount(bits[i]);
  *rowScale = count == 0 ? 0.0f : sumLanes(sum)[0] / static_cast<float>(count);
  return bad;
}

// uint32 of interleaved weights.
inline Count packedWords(Count in, Count out) { return wordsOf(in) * ((out + 15) / 16) * 16; }

}  // namespace

int32_t packedAttention(const float* qkv, const float* queryShift, const float* keyShift, const float* valueShift,
                        const float* queryScale, const float* keyScale, const float* valueScale, uint32_t* keys, uint32_t* values,
                        float* output, float* probabilities, int32_t batch, int32_t tokens, int32_t heads, int32_t headDim, double scoreScale,
                        float outputScale, int32_t probabilityScaled, float threshold, float fraction) {
  const Count dim = static_cast<Count>(heads) * headDim, row = 3 * dim, count = static_cast<Count>(batch) * heads;
  const Count keyWords = packedWords(headDim, tokens), valueWords = packedWords(tokens, headDim);
  const auto of = [](const float* shift, Count offset) { return shift == nullptr ? nullptr : shift + offset; };
  int32_t bad = 0;
  const auto check = [&bad](int32_t status) {
    if (status != kFinite) __atomic_store_n(&bad, 1, __ATOMIC_RELAXED);
  };
  parallelFor(static_cast<int>(count), [&](int i) {
    const Count offset = i % heads * headDim;
    const float* from = qkv + i / heads * tokens * row + offset;
    uint32_t* const bits = scratch().inputBits;
    check(packSigns(from + dim, of(keyShift, offset), bits, tokens, headDim, row));
    packWeights(bits, keys + i * keyWords, headDim, tokens);
    check(packColumnSigns(from + 2 * dim, of(valueShift, offset), values + i * valueWords, tokens, headDim, row));
  });
  const Count width = (tokens + kWidth - 1) / kWidth * kWidth;
  const int parts = pieces(tokens, kBinaryQueryRows);
  parallelFor(static_cast<int>(count) * parts, [&](int task) {
    const Count i = task / parts, image = i / heads, offset = i % heads * headDim;
    const Piece part = piece(tokens, kBinaryQueryRows, task % parts);
    const Count rows = part.end - part.begin, first = image * tokens + part.begin;
    float* const scores = scratch().work;
    float* const factors = scores + kBinaryQueryRows * width;
    float* const means = factors + (width > headDim ? width : headDim);
    uint32_t* const queryBits = scratch().inputBits;
    uint32_t* const bits = queryBits + kBinaryQueryRows * wordsOf(headDim);

    check(packSigns(qkv + first * row + offset, of(queryShift, offset), queryBits, rows, headDim, row));
    for (Count t = 0; t < tokens; t++)
      factors[t] = static_cast<float>(keyScale == nullptr ? scoreScale : scoreScale * keyScale[image * tokens + t]);
    multiplyPacked<Xor>(queryBits, {keys + i * keyWords}, rows, headDim, tokens,
                        Scaled{factors, nullptr, of(queryScale, first), scores, width, tokens, 2.0f});
    IntVector lanes{};
    for (Count r = 0; r < rows; r++)
      lanes |= packSoftmaxRow(scores + r * width, tokens, width, {threshold, fraction}, bits + r * wordsOf(tokens),
                              probabilityScaled ? means + r : nullptr,
                              probabilities == nullptr ? nullptr : probabilities + (i * tokens + part.begin + r) * tokens);
    if (anyLane(lanes)) check(kInputNotFinite);
    for (Count d = 0; d < headDim; d++) factors[d] = outputScale;
    const float* const rowScale = probabilityScaled ? means : nullptr;
    float* const to = output + first * dim + offset;
    if (valueScale == nullptr) {
      multiplyPacked<And>(bits, {values + i * valueWords}, rows, tokens, headDim, Scaled{factors, nullptr, rowScale, to, dim, headDim, 2.0f});
      return;
    }
    // A factor of each value stands inside of the sum: bits become floats again, where the scores were.
    for (Count r = 0; r < rows; r++)
      for (Count t = 0; t < tokens; t++) {
        const bool on = (bits[r * wordsOf(tokens) + t / 32] >> (t % 32) & 1) != 0;
        scores[r * tokens + t] = on ? (rowScale == nullptr ? 1.0f : rowScale[r]) * valueScale[image * tokens + t] : 0.0f;
      }
    multiplySigned({scores, {values + i * valueWords, nullptr}, factors, nullptr, to, rows, tokens, headDim, tokens, dim});
  });
  return bad ? kInputNotFinite : kFinite;
}
