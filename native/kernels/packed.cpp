#include "packed.h"

int32_t packSigns(const float* x, const float* shift, uint32_t* bits, int32_t rows, int32_t in, int32_t stride) {
  const Count words = wordsOf(in);
  return inRowPieces(rows, [&](Count r) { return packRow(x + r * stride, in, bits + r * words, [&](Vector v, Count i) {
    return shift == nullptr ? v >= broadcast(0.0f) : v + load(shift + i, in - i) >= broadcast(0.0f);
  }); });
}

int32_t packAbove(const float* x, uint32_t* bits, float* rowScale, int32_t rows, int32_t in, float threshold, float fraction) {
  const Count words = wordsOf(in);
  return inRowPieces(rows, [&](Count r) {
    const float* row = x + r * in;
    float edge = threshold;
    if (fraction > 0.0f) {
      float largest = row[0];
      for (Count i = 1; i < in; i++) largest = row[i] > largest ? row[i] : largest;
      edge = fraction * largest > 1e-30f ? fraction * largest : 1e-30f;
    }
    float sum = 0.0f;
    int32_t count = 0;
    const IntVector bad = packRow(row, in, bits + r * words, [&](Vector v, Count) { return v > broadcast(edge); });
    if (rowScale != nullptr) {
      for (Count i = 0; i < in; i++) {
        const bool on = row[i] > edge;
        sum += on ? row[i] : 0.0f;
        count += on;
      }
      rowScale[r] = count == 0 ? 0.0f : sum / static_cast<float>(count);
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

void packedGemm(const uint32_t* x, const uint32_t* w, const float* alpha, const float* bias, const float* rowScale, float* y,
                int32_t m, int32_t in, int32_t out, int32_t stride) {
  const Epilogue end{alpha, bias, rowScale, y, stride, out};
  const auto value = [&](IntVector counts, Count) { return toFloat(static_cast<int32_t>(in) - 2 * counts); };
  multiplyPacked<Xor>(x, w, m, in, out, [&](Count r, Count c, IntVector counts) { end.store(r, c, value(counts, r)); });
}

void packedAndGemm(const uint32_t* x, const uint32_t* w, const float* alpha, const float* bias, const float* rowScale, float* y,
                   int32_t m, int32_t in, int32_t out, int32_t stride) {
  const Count words = wordsOf(in);
  const Epilogue end{alpha, bias, rowScale, y, stride, out};
  multiplyPacked<And>(x, w, m, in, out, [&](Count r, Count c, IntVector counts) {
    int32_t on = 0;
    for (Count i = 0; i < words; i++) on += __builtin_popcount(x[r * words + i]);
    end.store(r, c, toFloat(2 * counts - on));
  });
}

void packedDots(const uint32_t* x, const uint32_t* w, int32_t* y, int32_t m, int32_t in, int32_t out) {
  multiplyPacked<Xor>(x, w, m, in, out, [&](Count r, Count c, IntVector counts) {
    const IntVector dots = static_cast<int32_t>(in) - 2 * counts;
    for (Count lane = 0; lane < kWidth && c + lane < out; lane++) y[r * out + c + lane] = dots[lane];
  });
}

void signGemm(const float* x, const uint32_t* w, const float* alpha, const float* bias, float* y, int32_t m, int32_t in,
              int32_t out) {
  const Epilogue end{alpha, bias, nullptr, y, out, out};
  constexpr int kRows = 4;
  parallelFor(pieces(m, 4 * kRows), [&](int i) {
    const Piece part = piece(m, 4 * kRows, i);
    for (Count c = 0; c < out; c += kWidth) {
      const uint32_t* weights = w + c * wordsOf(in);
      for (Count r = part.begin; r < part.end; r += kRows) {
        Vector sums[kRows];
        if (part.end - r >= kRows) {
          addSigned<kRows>(x + r * in, weights, in, sums);
          BINVIT_UNROLL
          for (int row = 0; row < kRows; row++) end.store(r + row, c, sums[row]);
        } else {
          for (Count row = r; row < part.end; row++) {
            addSigned<1>(x + row * in, weights, in, sums);
            end.store(row, c, sums[0]);
          }
        }
      }
    }
  });
}
