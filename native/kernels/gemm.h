// Blocked float32 matrix product. Every element of C is one chain of multiply-adds in the order of k, whatever the blocks and
// the number of threads, so its bits depend on neither.
#pragma once
#include "../binvit.h"
#include "parallel.h"
#include "simd.h"
#include "transpose_block.h"

namespace {

// Register tile: rows x vectors accumulators, leaving registers for a row of B and a broadcast of A.
#if defined(__wasm__) || (defined(__SSE2__) && !defined(__AVX2__))
constexpr int kTileRows = 4;
#elif defined(__AVX512F__) || defined(__aarch64__)
constexpr int kTileRows = 8;
#else
constexpr int kTileRows = 6;
#endif
constexpr int kTileCols = 2 * kWidth;
constexpr int kBlockRows = 8 * kTileRows;       // of A per packed block
constexpr int kBlockDepth = 256;                // of k: a strip of B stays in the first-level cache
constexpr int kBlockCols = (1 << 18) / kBlockDepth;  // of B: as many as Scratch::packedB holds
static_assert(kBlockRows * kBlockDepth <= 1 << 16, "a block of A fits Scratch::packedA");
static_assert(kBlockCols % kTileCols == 0, "a block of B is made of whole strips");

// Element (i, j) is data[i * row + j], or data[j * row + i] when stored transposed.
struct Matrix {
  const float* data;
  Count row;
  bool transposed;
  const float* at(Count i, Count j) const { return transposed ? data + j * row + i : data + i * row + j; }
};

// C (+)= A B + bias with A [m, k], B [k, n]. signA takes sign(A) for A. `rowsDone`, when set, is called once for each range
// of rows of C, when they are final and still in cache.
struct Product {
  Count m, n, k;
  Matrix a, b;
  float* c;
  Count cRow;
  const float* bias = nullptr;
  bool accumulate = false;
  bool signA = false;
  void (*rowsDone)(const void* context, Count begin, Count end) = nullptr;
  const void* context = nullptr;
  // Where B is packed, 1 << 18 elements; Scratch::packedB unless set. When `packed` is set, it is there already, as one block.
  float* space = nullptr;
  bool packed = false;
};

// c = initial + a b for a tile; element (i, p) of a is a[i * aRow + p], or a[p * aRow + i] when transposed. initialRow 0
// repeats one row of initial values.
template <int rows, int vectors, bool transposedA>
void multiplyTile(Count k, const float* a, Count aRow, const float* b, Count bRow, float* c, Count cRow, const float* initial,
                  Count initialRow) {
  Vector sum[rows][vectors];
  BINVIT_UNROLL
  for (int i = 0; i < rows; i++) {
    BINVIT_UNROLL
    for (int j = 0; j < vectors; j++) sum[i][j] = load(initial + i * initialRow + j * kWidth);
  }
  for (Count p = 0; p < k; p++) {
    Vector right[vectors];
    BINVIT_UNROLL
    for (int j = 0; j < vectors; j++) right[j] = load(b + p * bRow + j * kWidth);
    BINVIT_UNROLL
    for (int i = 0; i < rows; i++) {
      const float left = transposedA ? a[p * aRow + i] : a[i * aRow + p];
      BINVIT_UNROLL
      for (int j = 0; j < vectors; j++) sum[i][j] += left * right[j];
    }
  }
  BINVIT_UNROLL
  for (int i = 0; i < rows; i++) {
    BINVIT_UNROLL
    for (int j = 0; j < vectors; j++) store(c + i * cRow + j * kWidth, sum[i][j]);
  }
}

using TileFunction = void (*)(Count, const float*, Count, const float*, Count, float*, Count, const float*, Count);

template <int rows>
BINVIT_INLINE TileFunction tileOfRows(Count wanted, int vectors, bool transposedA) {
  if constexpr (rows == 0) {
    return nullptr;
  } else {
    if (wanted != rows) return tileOfRows<rows - 1>(wanted, vectors, transposedA);
    if (transposedA) return vectors == 1 ? multiplyTile<rows, 1, true> : multiplyTile<rows, 2, true>;
    return vectors == 1 ? multiplyTile<rows, 1, false> : multiplyTile<rows, 2, false>;
  }
}

// Packs columns [0, cols) and k rows of B, at `b`, as [k, kTileCols], zero beyond cols.
inline void packStrip(const Matrix& matrix, const float* b, Count k, Count cols, float* packed) {
  if (cols < kTileCols) {
    for (Count i = 0; i < k * kTileCols; i++) packed[i] = 0.0f;
  }
  if (matrix.transposed) {
    transposeMatrix(b, matrix.row, cols, k, packed, kTileCols);
    return;
  }
  for (Count p = 0; p < k; p++) {
    if (cols == kTileCols) {
      store(packed + p * kTileCols, load(b + p * matrix.row));
      store(packed + p * kTileCols + kWidth, load(b + p * matrix.row + kWidth));
    } else {
      for (Count j = 0; j < cols; j++) packed[p * kTileCols + j] = b[p * matrix.row + j];
    }
  }
}

// Packs rows [0, rows) and k columns of A, at `a`, in groups of kTileRows, each [k, kTileRows].
inline void packRows(const Matrix& matrix, const float* a, Count rows, Count k, bool sign, float* packed) {
  float* to = packed;
  for (Count r = 0; r < rows; r += kTileRows) {
    const Count group = rows - r < kTileRows ? rows - r : kTileRows;
    const float* from = matrix.transposed ? a + r : a + r * matrix.row;
    for (Count p = 0; p < k; p++, to += kTileRows) {
      if (matrix.transposed && group == kTileRows) {
        __builtin_memcpy(to, from + p * matrix.row, sizeof(float) * kTileRows);
      } else {
        for (Count i = 0; i < group; i++) to[i] = matrix.transposed ? from[p * matrix.row + i] : from[i * matrix.row + p];
      }
    }
  }
  if (!sign) return;
  // Groups have no gaps, so whole vectors may run over what a last, smaller group has left unset.
  for (float* p = packed; p < to; p += kWidth) store(p, signOf(load(p)));
}

// A block of C: rows of A [rows, depth] at `a` (packed or not) times one strip of B.
inline void multiplyStrip(const Product& g, const float* a, bool packedA, Count rows, Count depth, const float* strip,
                          Count stripRow, float* c, Count cols, const float* initial, Count initialRow) {
  const int vectors = cols > kWidth ? 2 : 1;
  const TileFunction fullTile = tileOfRows<kTileRows>(kTileRows, vectors, packedA);
  for (Count i = 0; i < rows; i += kTileRows) {
    const Count height = rows - i < kTileRows ? rows - i : kTileRows;
    const TileFunction tile = height == kTileRows ? fullTile : tileOfRows<kTileRows>(height, vectors, packedA);
    const float* left = packedA ? a + i * depth : a + i * g.a.row;
    const Count leftRow = packedA ? kTileRows : g.a.row;
    if (cols == vectors * kWidth) {
      tile(depth, left, leftRow, strip, stripRow, c + i * g.cRow, g.cRow, initial + i * initialRow, initialRow);
      continue;
    }
    float edge[kTileRows * kTileCols];
    for (Count r = 0; r < height; r++)
      for (Count j = 0; j < kTileCols; j++) edge[r * kTileCols + j] = j < cols ? initial[(i + r) * initialRow + j] : 0.0f;
    tile(depth, left, leftRow, strip, stripRow, edge, kTileCols, edge, kTileCols);
    for (Count r = 0; r < height; r++)
      for (Count j = 0; j < cols; j++) c[(i + r) * g.cRow + j] = edge[r * kTileCols + j];
  }
}

// The whole product on the calling thread.
inline void multiplySerial(const Product& g) {
  float* const packedA = scratch().packedA;
  float* const packedB = g.space == nullptr ? scratch().packedB : g.space;
  static const float zeros[kTileCols] = {};
  const bool packA = g.a.transposed || g.signA;
  // A few rows of C do not repay a copy of B.
  const bool packB = g.packed || g.b.transposed || g.m > 2 * kBlockRows;
  const Count depthEnd = g.k > 0 ? g.k : 1;
  for (Count colBegin = 0; colBegin < g.n; colBegin += kBlockCols) {
    const Count cols = g.n - colBegin < kBlockCols ? g.n - colBegin : kBlockCols;
    for (Count depthBegin = 0; depthBegin < depthEnd; depthBegin += kBlockDepth) {
      const Count depth = g.k - depthBegin < kBlockDepth ? g.k - depthBegin : kBlockDepth;
      for (Count j = 0; j < cols; j += kTileCols) {
        const Count width = cols - j < kTileCols ? cols - j : kTileCols;
        if (!g.packed && (packB || width % kWidth != 0))
          packStrip(g.b, g.b.at(depthBegin, colBegin + j), depth, width, packedB + j * depth);
      }
      for (Count rowBegin = 0; rowBegin < g.m; rowBegin += kBlockRows) {
        const Count rows = g.m - rowBegin < kBlockRows ? g.m - rowBegin : kBlockRows;
        const float* a = g.a.at(rowBegin, depthBegin);
        if (packA) {
          packRows(g.a, a, rows, depth, g.signA, packedA);
          a = packedA;
        }
        for (Count j = 0; j < cols; j += kTileCols) {
          const Count width = cols - j < kTileCols ? cols - j : kTileCols;
          const bool packed = packB || width % kWidth != 0;
          const float* strip = packed ? packedB + j * depth : g.b.at(depthBegin, colBegin + j);
          float* c = g.c + rowBegin * g.cRow + colBegin + j;
          const bool add = g.accumulate || depthBegin > 0;
          const float* initial = add ? c : g.bias != nullptr ? g.bias + colBegin + j : zeros;
          multiplyStrip(g, a, packA, rows, depth, strip, packed ? kTileCols : g.b.row, c, width, initial, add ? g.cRow : 0);
          if (g.accumulate && depthBegin == 0 && g.bias != nullptr) {
            for (Count r = 0; r < rows; r++)
              for (Count i = 0; i < width; i++) c[r * g.cRow + i] += g.bias[colBegin + j + i];
          }
        }
        if (g.rowsDone != nullptr && depthBegin + kBlockDepth >= g.k && colBegin + kBlockCols >= g.n)
          g.rowsDone(g.context, rowBegin, rowBegin + rows);
      }
    }
  }
}

// The product on all threads: C is cut into bands of rows, or of columns when it is wide and low.
inline void multiplyParallel(const Product& g) {
  const int threads = threadCount();
  const bool byRows = g.m >= g.n || g.rowsDone != nullptr;
  const Count step = byRows ? kBlockRows : kTileCols, extent = byRows ? g.m : g.n;
  const Count steps = (extent + step - 1) / step;
  if (threads == 1 || steps < 2 || g.m * g.n * g.k < (1 << 18)) {
    multiplySerial(g);
    return;
  }
  const Count band = (steps + threads - 1) / threads * step;
  parallelFor(pieces(extent, band), [&](int i) {
    const Piece part = piece(extent, band, i);
    Product own = g;
    if (byRows) {
      own.m = part.end - part.begin;
      own.a.data = g.a.at(part.begin, 0);
      own.c = g.c + part.begin * g.cRow;
      // Rows are counted from the band's first.
      struct Shifted { const Product* whole; Count begin; } shifted{&g, part.begin};
      own.context = &shifted;
      if (g.rowsDone != nullptr)
        own.rowsDone = [](const void* context, Count begin, Count end) {
          const Shifted& s = *static_cast<const Shifted*>(context);
          s.whole->rowsDone(s.whole->context, s.begin + begin, s.begin + end);
        };
      multiplySerial(own);
    } else {
      own.n = part.end - part.begin;
      own.b.data = g.b.at(0, part.begin);
      own.c = g.c + part.begin;
      if (g.bias != nullptr) own.bias = g.bias + part.begin;
      multiplySerial(own);
    }
  });
}

}  // namespace
