#include "packed.h"

int32_t packSigns(const float* x, const float* shift, uint32_t* bits, int32_t rows, int32_t in, int32_t stride) {
  const Count words = wordsOf(in);
  return inRowPieces(rows, [=](Count r) { return packRowSigns(x + r * stride, shift, in, bits + r * words); });
}

int32_t packAbove(const float* x, uint32_t* bits, float* rowScale, int32_t rows, int32_t in, float threshold, float fraction) {
  const Count words = wordsOf(in);
  return inRowPieces(rows, [=](Count r) {
    const float* row = x + r * in;
    float edge = threshold;
    if (fraction > 0.0f) {
      Vector largest = broadcast(-__builtin_inff());
      for (Count i = 0; i < in; i += kWidth) {
        const Vector v = load(row + i, in - i);
        largest = maximum(in - i < kWidth ? firstLanes(v, in - i, row[0]) : v, largest);
      }
      const float share = fraction * maxLanes(largest)[0];
      edge = share > 1e-30f ? share : 1e-30f;
    }
    Vector sum{};
    const IntVector bad = packRow(row, in, bits + r * words, [&](Vector v, Count i) {
      const IntVector on = v > broadcast(edge);
      const Vector part = on ? v : Vector{};
      sum += in - i < kWidth ? firstLanes(part, in - i) : part;
      return maskBits(on);
    });
    if (rowScale != nullptr) {
      int32_t count = 0;
      for (Count i = 0; i < words; i++) count += __builtin_popcount(bits[r * words + i]);
      rowScale[r] = count == 0 ? 0.0f : sumLanes(sum)[0] / static_cast<float>(count);
    }
    return bad;
  });
}

void packWeights(const uint32_t* signs, uint32_t* packed, int32_t in, int32_t out) {
  const Count words = wordsOf(in);
  parallelFor(pieces(out, kWidth), [&](int block) {
    const Count begin = static_cast<Count>(block) * kWidth;
    uint32_t* to = packed + begin * words;
    for (Count i = 0; i < words; i++)
      for (Count lane = 0; lane < kWidth; lane++) *to++ = begin + lane < out ? signs[(begin + lane) * words + i] : 0;
  });
}

int32_t packColumnSigns(const float* x, const float* shift, uint32_t* packed, int32_t in, int32_t out, int32_t stride) {
  const Count words = wordsOf(in);
  int32_t bad = 0;
  parallelFor(pieces(out, kWidth), [&](int block) {
    const Count c = static_cast<Count>(block) * kWidth;
    const Vector move = shift == nullptr ? Vector{} : load(shift + c, out - c);
    uint32_t* to = packed + c * words;
    IntVector lanes{};
    for (Count r = 0; r < in; r += 32, to += kWidth) {
      const Count depth = in - r < 32 ? in - r : 32;
      IntVector word{};
      for (Count i = 0; i < depth; i++) {
        const Vector v = load(x + (r + i) * stride + c, out - c);
        lanes |= notFinite(v);
        word |= (v + move >= broadcast(0.0f)) & static_cast<int32_t>(1u << i);
      }
      store(to, word);
    }
    // Outputs that are not there have bits 0, as packWeights gives them.
    for (Count lane = out - c; lane < kWidth; lane++)
      for (Count i = 0; i < words; i++) packed[c * words + i * kWidth + lane] = 0;
    if (anyLane(lanes)) __atomic_store_n(&bad, 1, __ATOMIC_RELAXED);
  });
  return bad ? kInputNotFinite : kFinite;
}

void packedGemm(const uint32_t* x, const uint32_t* w, const uint32_t* kept, const float* alpha, const float* bias,
                const float* rowScale, float* y, int32_t m, int32_t in, int32_t out, int32_t stride) {
  const Scaled output{alpha, bias, rowScale, y, stride, out, 2.0f};
  if (kept == nullptr) return withXor(in, [&](auto operation) { multiplyPacked<decltype(operation)>(x, {w}, m, in, out, output); });
  multiplyPacked<Differing>(x, {w, kept}, m, in, out, Shifted{output, {w, kept}, wordsOf(in), true});
}

void packedAndGemm(const uint32_t* x, const uint32_t* w, const uint32_t* kept, const float* alpha, const float* bias,
                   const float* rowScale, float* y, int32_t m, int32_t in, int32_t out, int32_t stride) {
  if (kept == nullptr) return multiplyPacked<And>(x, {w}, m, in, out, Scaled{alpha, bias, rowScale, y, stride, out, 2.0f});
  multiplyPacked<Differing>(x, {w, kept}, m, in, out,
                            Shifted{{alpha, bias, rowScale, y, stride, out, 1.0f}, {w, kept}, wordsOf(in), false});
}

void packedDots(const uint32_t* x, const uint32_t* w, int32_t* y, int32_t m, int32_t in, int32_t out) {
  multiplyPacked<Xor>(x, {w}, m, in, out, Dots{y, out});
}
