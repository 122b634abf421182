// Activations and scales of rows, as inference needs them.
#include "packed.h"
#include "vector_math.h"

namespace {

// Elements of a row are few; a task takes several rows.
constexpr Count kRowsPerTask = 16;

// Bits of GELU(v) >= 0: GELU has the sign of v, except where it underflows below 0; a -0 counts as +1.
BINVIT_INLINE uint32_t geluBits(Vector v) {
  const Vector zero = broadcast(0.0f);
  const uint32_t positive = bitsAtLeast(v, zero);
  // Negative numbers down to -9 that are no smaller than 1e-30, in the order of their bits.
  const auto bits = [](Vector values) { return reinterpret_cast<UnsignedVector>(values); };
  const UnsignedVector smallest = bits(broadcast(-1e-30f));
  const uint32_t plain = bitsBelow(bits(v) - smallest, bits(broadcast(-9.0f)) - smallest);
  if ((positive | plain) == (1u << kWidth) - 1) return positive;
  return bitsAtLeast(v * normal(v).cumulative, zero);
}

// Packs the signs of GELU of a row plus a shift, which may be null.
inline IntVector packRowGelu(const float* x, const float* shift, Count in, uint32_t* bits) {
  if (shift == nullptr) return packRow(x, in, bits, [](Vector v, Count) { return geluBits(v); });
  return packRow(x, in, bits, [=](Vector v, Count i) { return bitsAtLeast(v * normal(v).cumulative, -load(shift + i, in - i)); });
}

// RPReLU and the vectors of its channels.
struct Rprelu {
  const float *before, *slope, *after;
  inline __attribute__((always_inline)) Vector of(Vector v, Count i, Count left) const {
    const Vector z = v - load(before + i, left);
    return (z > broadcast(0.0f) ? z : load(slope + i, left) * z) + load(after + i, left);
  }
};

// Packs the signs of RPReLU of a row plus a shift, which may be null.
inline IntVector packRowRprelu(const float* x, Rprelu activation, const float* shift, Count in, uint32_t* bits) {
  IntVector bad{};
  packRow(x, in, bits, [&](Vector v, Count i) {
    const Vector y = activation.of(v, i, in - i);
    bad |= notFinite(y);
    return bitsAtLeast(shift == nullptr ? y : y + load(shift + i, in - i), broadcast(0.0f));
  });
  return bad;
}

}  // namespace

int32_t packedGemmSigns(const uint32_t* x, const uint32_t* w, const uint32_t* kept, const float* alpha, const float* bias,
                        const float* rowScale, const float* before, const float* slope, const float* after, const float* shift, uint32_t* bits,
                        int32_t m, int32_t in, int32_t out) {
  // Outputs of some rows that stay in the first-level cache until they are bits.
  constexpr Count kOutputs = 128;
  const Count words = wordsOf(in), outWords = wordsOf(out);
  const auto from = [](const float* p, Count i) { return p == nullptr ? nullptr : p + i; };
  int32_t bad = 0;
  const auto packProducts = [&](auto operation, auto weights, const auto& outputOf) {
    using Operation = decltype(operation);
    inProductPieces<Operation>(x, m, in, [&](const uint32_t* rowBits, const float* middle, Count first, Count rows) {
      float* const y = scratch().work;
      IntVector lanes{};
      for (Count c = 0; c < out; c += kOutputs) {
        const Count count = out - c < kOutputs ? out - c : kOutputs;
        const auto own = weights.from(c / kWidth * words);
        const Scaled scaled{alpha + c, from(bias, c), from(rowScale, first), y, kOutputs, count, 2.0f};
        multiplyPiece<Operation>(rowBits, own, words, middle, 0, rows, count, outputOf(scaled, own));
        for (Count r = 0; r < rows; r++) {
          const float* const row = y + r * kOutputs;
          uint32_t* const to = bits + (first + r) * outWords + c / 32;
          lanes |= before == nullptr ? packRowGelu(row, from(shift, c), count, to)
                                     : packRowRprelu(row, {before + c, slope + c, after + c}, from(shift, c), count, to);
        }
      }
      if (anyLane(lanes)) __atomic_store_n(&bad, 1, __ATOMIC_RELAXED);
    });
  };
  if (kept == nullptr) withXor(in, [&](auto operation) { packProducts(operation, Signs{w}, [](const Scaled& scaled, Signs) { return scaled; }); });
  else packProducts(Differing{}, Ternary{w, kept}, [=](const Scaled& scaled, Ternary own) { return Shifted{scaled, own, words, true}; });
  return bad ? kInputNotFinite : kFinite;
}

void rpreluForward(const float* x, const float* before, const float* slope, const float* after, float* y, int32_t rows,
                   int32_t dim) {
  const Rprelu activation{before, slope, after};
  parallelFor(pieces(rows, kRowsPerTask), [=](int task) {
    const Piece part = piece(rows, kRowsPerTask, task);
    for (Count r = part.begin; r < part.end; r++)
      for (Count i = 0; i < dim; i += kWidth) store(y + r * dim + i, activation.of(load(x + r * dim + i, dim - i), i, dim - i), dim - i);
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
  IntVector bit;
  for (int lane = 0; lane < kWidth; lane++) bit[lane] = 1 << lane;
  parallelFor(pieces(rows, kRowsPerTask), [=](int task) {
    const Piece part = piece(rows, kRowsPerTask, task);
    for (Count r = part.begin; r < part.end; r++) {
      const float upper = rowScale == nullptr ? factor : factor * rowScale[r], lower = isSigned ? -upper : 0.0f;
      for (Count i = 0; i < in; i += kWidth) {
        const IntVector word = broadcast(static_cast<int32_t>(bits[r * words + i / 32] >> (i % 32)));
        store(y + r * in + i, (word & bit) != broadcast(0) ? broadcast(upper) : broadcast(lower), in - i);
      }
    }
  });
}
