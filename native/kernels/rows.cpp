// Several kernels on a few rows at a time.
#include "packed.h"

namespace {

// Rows that go through all calls together: as many as a product takes, so that they are cut alike.
constexpr Count kRowsTogether = kProductRows;

// Arguments of a call, for the rows from `first` on; arrays lie in the memory at `base`.
class RowArguments {
 public:
  RowArguments(const double* values, char* base, Count first) : values_(values), base_(base), first_(first) {}

  int32_t size(int i) const { return static_cast<int32_t>(values_[i]); }
  float number(int i) const { return static_cast<float>(values_[i]); }
  // What all rows share, or null.
  template <class Type = const float>
  Type* shared(int i) const {
    return values_[i] == 0.0 ? nullptr : reinterpret_cast<Type*>(base_ + static_cast<Count>(values_[i]));
  }
  // The first of the rows, which are `stride` elements apart, or null.
  template <class Type = const float>
  Type* row(int i, Count stride) const {
    Type* const all = shared<Type>(i);
    return all == nullptr ? nullptr : all + first_ * stride;
  }

 private:
  const double* values_;
  char* base_;
  Count first_;
};

// Makes a call for `rows` rows of `all`, of which `a` has the first.
int32_t callForRows(int32_t kernel, const RowArguments& a, int32_t rows, int32_t all) {
  using Bits = uint32_t;
  switch (kernel) {
    case kRowPackSigns:
      return packSigns(a.row(0, a.size(5)), a.shared(1), a.row<Bits>(2, wordsOf(a.size(4))), rows, a.size(4), a.size(5));
    case kRowPackAbove:
      return packAbove(a.row(0, a.size(4)), a.row<Bits>(1, wordsOf(a.size(4))), a.row<float>(2, 1), rows, a.size(4), a.number(5), a.number(6));
    case kRowMeanMagnitudes:
      meanMagnitudes(a.row(0, a.size(5)), a.shared(1), a.row<float>(2, 1), rows, a.size(4), a.size(5));
      break;
    case kRowUnpackLevels:
      unpackLevels(a.row<const Bits>(0, wordsOf(a.size(4))), a.row(1, 1), a.row<float>(2, a.size(4)), rows, a.size(4), a.number(5), a.size(6));
      break;
    case kRowPackedGemm:
    case kRowPackedAndGemm: {
      const auto product = kernel == kRowPackedGemm ? packedGemm : packedAndGemm;
      product(a.row<const Bits>(0, wordsOf(a.size(8))), a.shared<const Bits>(1), a.shared<const Bits>(2), a.shared(3), a.shared(4), a.row(5, 1),
              a.row<float>(6, a.size(10)), rows, a.size(8), a.size(9), a.size(10));
      break;
    }
    case kRowPackedGemmSigns:
      return packedGemmSigns(a.row<const Bits>(0, wordsOf(a.size(12))), a.shared<const Bits>(1), a.shared<const Bits>(2), a.shared(3), a.shared(4),
                             a.row(5, 1), a.shared(6), a.shared(7), a.shared(8), a.shared(9), a.row<Bits>(10, wordsOf(a.size(13))), rows,
                             a.size(12), a.size(13));
    case kRowLayerNorm: {
      const Count dim = a.size(7);
      layerNormForward(a.row(0, dim), a.shared(1), a.shared(2), a.row<float>(3, dim), a.row<float>(4, 1), a.row<float>(5, 1), rows, a.size(7), a.number(8));
      break;
    }
    case kRowGelu: {
      const Count dim = a.size(2) / all;
      geluForward(a.row(0, dim), a.row<float>(1, dim), rows * dim);
      break;
    }
    case kRowRprelu:
      rpreluForward(a.row(0, a.size(6)), a.shared(1), a.shared(2), a.shared(3), a.row<float>(4, a.size(6)), rows, a.size(6));
      break;
    case kRowAdd: {
      const Count dim = a.size(3) / all;
      add(a.row(0, dim), a.row(1, dim), a.row<float>(2, dim), rows * dim, rows * dim);
      break;
    }
  }
  return kFinite;
}

}  // namespace

int32_t runRows(const RowCall* calls, int32_t count, int32_t rows) {
  // The first call that met what is not finite, in whichever rows.
  int32_t failed = count;
  // A worker has none of its own.
  char* const base = memoryBase();
  parallelFor(pieces(rows, kRowsTogether), [&](int i) {
    const Piece part = piece(rows, kRowsTogether, i);
    for (int32_t c = 0; c < count; c++) {
      const RowArguments arguments(calls[c].arguments, base, part.begin);
      if (callForRows(static_cast<int32_t>(calls[c].kernel), arguments, static_cast<int32_t>(part.end - part.begin), rows) == kFinite) continue;
      int32_t known = __atomic_load_n(&failed, __ATOMIC_RELAXED);
      while (c < known && !__atomic_compare_exchange_n(&failed, &known, c, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
      }
      return;
    }
  });
  return failed == count ? 0 : failed + 1;
}
