#include "gemm.h"
#include "softmax.h"

namespace {

// Query rows that are worked on together; the memory of a head is tokens * (4 headDim + 2 * 64), rounded up to vectors.
constexpr Count kQueryRows = 64;

inline Count roundUp(Count n) { return (n + kWidth - 1) / kWidth * kWidth; }

// c (+)= op(a) b for a small product: b's and c's rows are `cols` wide, a multiple of kWidth.
BINVIT_INLINE void multiplySmall(bool transposedA, Count rows, Count cols, Count k, const float* a, Count aRow, const float* b,
                                 float* c, bool accumulate) {
  static const float zeros[kTileCols] = {};
  for (Count j = 0; j < cols; j += kTileCols) {
    const int vectors = cols - j > kWidth ? 2 : 1;
    for (Count i = 0; i < rows; i += kTileRows) {
      const Count height = rows - i < kTileRows ? rows - i : kTileRows;
      float* to = c + i * cols + j;
      tileOfRows<kTileRows>(height, vectors, transposedA)(k, transposedA ? a + i : a + i * aRow, aRow, b + j, cols, to, cols,
                                                          accumulate ? to : zeros, accumulate ? cols : 0);
    }
  }
}

// Copies rows of `cols` elements between rows of different strides, padding with zeros up to a whole vector.
BINVIT_INLINE void copyRows(const float* from, Count fromRow, Count rows, Count cols, float* to, Count toRow) {
  for (Count r = 0; r < rows; r++)
    for (Count c = 0; c < cols; c += kWidth) store(to + r * toRow + c, load(from + r * fromRow + c, cols - c));
}

BINVIT_INLINE void copyRowsBack(const float* from, Count fromRow, Count rows, Count cols, float* to, Count toRow) {
  for (Count r = 0; r < rows; r++)
    for (Count c = 0; c < cols; c += kWidth) store(to + r * toRow + c, load(from + r * fromRow + c), cols - c);
}

// to[d][t] = from[t][d], zero beyond `tokens`.
BINVIT_INLINE void transposeHead(const float* from, Count fromRow, Count tokens, Count headDim, float* to, Count toRow) {
  if (toRow != tokens) {
    for (Count i = 0; i < headDim * toRow; i++) to[i] = 0.0f;
  }
  transposeMatrix(from, fromRow, tokens, headDim, to, toRow);
}

// One head: rows of q, k, v are `row` apart.
inline void headForward(const float* q, const float* k, const float* v, Count row, Count tokens, Count headDim,
                        float* probabilities, float* output, Count outputRow) {
  const Count wideTokens = roundUp(tokens), wideDim = roundUp(headDim);
  const float factor = 1.0f / __builtin_sqrtf(static_cast<float>(headDim));
  float* keys = scratch().work;
  float* values = keys + headDim * wideTokens;
  float* scores = values + tokens * wideDim;
  float* result = scores + kQueryRows * wideTokens;
  transposeHead(k, row, tokens, headDim, keys, wideTokens);
  if (output != nullptr) copyRows(v, row, tokens, headDim, values, wideDim);
  for (Count begin = 0; begin < tokens; begin += kQueryRows) {
    const Count rows = tokens - begin < kQueryRows ? tokens - begin : kQueryRows;
    multiplySmall(false, rows, wideTokens, headDim, q + begin * row, row, keys, scores, false);
    for (Count r = 0; r < rows; r++) softmaxRow(scores + r * wideTokens, scores + r * wideTokens, tokens, factor);
    copyRowsBack(scores, wideTokens, rows, tokens, probabilities + begin * tokens, tokens);
    if (output == nullptr) continue;
    multiplySmall(false, rows, wideDim, tokens, scores, wideTokens, values, result, false);
    copyRowsBack(result, wideDim, rows, headDim, output + begin * outputRow, outputRow);
  }
}

inline void headBackward(const float* q, const float* k, const float* v, Count row, Count tokens, Count headDim,
                         const float* probabilities, const float* doutput, Count outputRow, float* dq, float* dk, float* dv) {
  const Count wideTokens = roundUp(tokens), wideDim = roundUp(headDim);
  const float factor = 1.0f / __builtin_sqrtf(static_cast<float>(headDim));
  float* values = scratch().work;                      // v^T [headDim, wideTokens]
  float* keys = values + headDim * wideTokens;         // [tokens, wideDim]
  float* dkeys = keys + tokens * wideDim;              // [tokens, wideDim]
  float* dvalues = dkeys + tokens * wideDim;           // [tokens, wideDim]
  float* rowsOfP = dvalues + tokens * wideDim;         // [kQueryRows, wideTokens]
  float* dscores = rowsOfP + kQueryRows * wideTokens;  // [kQueryRows, wideTokens]
  float* queries = dscores + kQueryRows * wideTokens;  // [kQueryRows, wideDim]
  float* upstream = queries + kQueryRows * wideDim;    // [kQueryRows, wideDim]
  float* dqueries = upstream + kQueryRows * wideDim;   // [kQueryRows, wideDim]
  transposeHead(v, row, tokens, headDim, values, wideTokens);
  copyRows(k, row, tokens, headDim, keys, wideDim);
  for (Count begin = 0; begin < tokens; begin += kQueryRows) {
    const Count rows = tokens - begin < kQueryRows ? tokens - begin : kQueryRows;
    copyRows(q + begin * row, row, rows, headDim, queries, wideDim);
    copyRows(doutput + begin * outputRow, outputRow, rows, headDim, upstream, wideDim);
    copyRows(probabilities + begin * tokens, tokens, rows, tokens, rowsOfP, wideTokens);
    multiplySmall(false, rows, wideTokens, headDim, upstream, wideDim, values, dscores, false);
    for (Count r = 0; r < rows; r++)
      softmaxRowBackward(rowsOfP + r * wideTokens, dscores + r * wideTokens, dscores + r * wideTokens, wideTokens, factor);
    multiplySmall(false, rows, wideDim, tokens, dscores, wideTokens, keys, dqueries, false);
    copyRowsBack(dqueries, wideDim, rows, headDim, dq + begin * row, row);
    multiplySmall(true, tokens, wideDim, rows, dscores, wideTokens, queries, dkeys, begin > 0);
    multiplySmall(true, tokens, wideDim, rows, rowsOfP, wideTokens, upstream, dvalues, begin > 0);
  }
  copyRowsBack(dkeys, wideDim, tokens, headDim, dk, row);
  copyRowsBack(dvalues, wideDim, tokens, headDim, dv, row);
}

// Heads per task: a head of a small ViT takes about a microsecond.
constexpr Count kHeadPiece = 16;

}  // namespace

void attentionForward(const float* qkv, float* probabilities, float* output, int32_t batch, int32_t tokens, int32_t heads,
                      int32_t headDim) {
  const Count dim = static_cast<Count>(heads) * headDim, count = static_cast<Count>(batch) * heads;
  parallelFor(pieces(count, kHeadPiece), [&](int task) {
    const Piece part = piece(count, kHeadPiece, task);
    for (Count i = part.begin; i < part.end; i++) {
      const Count image = i / heads, offset = i % heads * headDim;
      const float* q = qkv + image * tokens * 3 * dim + offset;
      headForward(q, q + dim, q + 2 * dim, 3 * dim, tokens, headDim, probabilities + i * tokens * tokens,
                  output == nullptr ? nullptr : output + image * tokens * dim + offset, dim);
    }
  });
}

void attentionBackward(const float* qkv, const float* probabilities, const float* doutput, float* dqkv, int32_t batch,
                       int32_t tokens, int32_t heads, int32_t headDim) {
  const Count dim = static_cast<Count>(heads) * headDim, count = static_cast<Count>(batch) * heads;
  parallelFor(pieces(count, kHeadPiece), [&](int task) {
    const Piece part = piece(count, kHeadPiece, task);
    for (Count i = part.begin; i < part.end; i++) {
      const Count image = i / heads, offset = i % heads * headDim;
      const float* q = qkv + image * tokens * 3 * dim + offset;
      float* dq = dqkv + image * tokens * 3 * dim + offset;
      headBackward(q, q + dim, q + 2 * dim, 3 * dim, tokens, headDim, probabilities + i * tokens * tokens,
                   doutput + image * tokens * dim + offset, dim, dq, dq + dim, dq + 2 * dim);
    }
  });
}
