#include "gemm.h"
#include "softmax.h"

namespace {

// Query rows that are worked on together. A head takes tokens * (4 headDim + ...) floats of Scratch::work.
constexpr Count kQueryRows = 64;

inline Count roundUp(Count n) { return (n + kWidth - 1) / kWidth * kWidth; }

// Rows of whole vectors, `row` apart.
struct Rows {
  float* data;
  Count row;
};

// Hands out pieces of the scratch memory.
struct Space {
  float* next = scratch().work;
  Rows rows(Count count, Count width) {
    const Rows result{next, width};
    next += count * width;
    return result;
  }
};

// c (+)= op(a) b for a small product; `cols` is a multiple of kWidth.
BINVIT_INLINE void multiplySmall(bool transposedA, Count rows, Count cols, Count k, const float* a, Count aRow, const float* b,
                                 Count bRow, Rows c, bool accumulate) {
  static const float zeros[kTileCols] = {};
  for (Count j = 0; j < cols; j += kTileCols) {
    const int vectors = cols - j > kWidth ? 2 : 1;
    for (Count i = 0; i < rows; i += kTileRows) {
      const Count height = rows - i < kTileRows ? rows - i : kTileRows;
      float* to = c.data + i * c.row + j;
      tileOfRows<kTileRows>(height, vectors, transposedA)(k, transposedA ? a + i : a + i * aRow, aRow, b + j, bRow, to, c.row,
                                                          accumulate ? to : zeros, accumulate ? c.row : 0);
    }
  }
}

// A view of `cols` columns as whole vectors: the rows where they stand when `cols` fills its vectors, else a padded copy.
BINVIT_INLINE Rows wholeVectors(const float* from, Count fromRow, Count rows, Count cols, Rows copy) {
  if (cols % kWidth == 0) return {const_cast<float*>(from), fromRow};
  for (Count r = 0; r < rows; r++)
    for (Count c = 0; c < cols; c += kWidth) store(copy.data + r * copy.row + c, load(from + r * fromRow + c, cols - c));
  return copy;
}

// Where to write `cols` columns as whole vectors; `finish` brings them to their place.
BINVIT_INLINE Rows target(float* to, Count toRow, Count cols, Rows copy) { return cols % kWidth == 0 ? Rows{to, toRow} : copy; }
BINVIT_INLINE void finish(Rows result, float* to, Count toRow, Count rows, Count cols) {
  if (result.data == to) return;
  for (Count r = 0; r < rows; r++)
    for (Count c = 0; c < cols; c += kWidth) store(to + r * toRow + c, load(result.data + r * result.row + c), cols - c);
}

// to[d][t] = from[t][d], zero beyond `tokens`.
BINVIT_INLINE void transposeHead(const float* from, Count fromRow, Count tokens, Count headDim, Rows to) {
  if (to.row != tokens) {
    for (Count i = 0; i < headDim * to.row; i++) to.data[i] = 0.0f;
  }
  transposeMatrix(from, fromRow, tokens, headDim, to.data, to.row);
}

// One head: rows of q, k, v are `row` apart.
inline void headForward(const float* q, const float* k, const float* v, Count row, Count tokens, Count headDim,
                        float* probabilities, float* output, Count outputRow) {
  const Count wideTokens = roundUp(tokens), wideDim = roundUp(headDim);
  const float factor = 1.0f / __builtin_sqrtf(static_cast<float>(headDim));
  Space space;
  const Rows keys = space.rows(headDim, wideTokens);
  const Rows scoreSpace = space.rows(kQueryRows, wideTokens), outputSpace = space.rows(kQueryRows, wideDim);
  const Rows values = wholeVectors(v, row, output == nullptr ? 0 : tokens, headDim, space.rows(tokens, wideDim));
  transposeHead(k, row, tokens, headDim, keys);
  for (Count begin = 0; begin < tokens; begin += kQueryRows) {
    const Count rows = tokens - begin < kQueryRows ? tokens - begin : kQueryRows;
    const Rows scores = probabilities == nullptr ? scoreSpace
                                                 : target(probabilities + begin * tokens, tokens, tokens, scoreSpace);
    multiplySmall(false, rows, wideTokens, headDim, q + begin * row, row, keys.data, keys.row, scores, false);
    softmaxPaddedRows(scores.data, rows, wideTokens, tokens, factor);
    if (probabilities != nullptr) finish(scores, probabilities + begin * tokens, tokens, rows, tokens);
    if (output == nullptr) continue;
    float* to = output + begin * outputRow;
    const Rows result = target(to, outputRow, headDim, outputSpace);
    multiplySmall(false, rows, wideDim, tokens, scores.data, scores.row, values.data, values.row, result, false);
    finish(result, to, outputRow, rows, headDim);
  }
}

inline void headBackward(const float* q, const float* k, const float* v, Count row, Count tokens, Count headDim,
                         const float* probabilities, const float* doutput, Count outputRow, float* dq, float* dk, float* dv) {
  const Count wideTokens = roundUp(tokens), wideDim = roundUp(headDim);
  const float factor = 1.0f / __builtin_sqrtf(static_cast<float>(headDim));
  Space space;
  const Rows values = space.rows(headDim, wideTokens), dscores = space.rows(kQueryRows, wideTokens);
  const Rows probabilitySpace = space.rows(kQueryRows, wideTokens), querySpace = space.rows(kQueryRows, wideDim);
  const Rows upstreamSpace = space.rows(kQueryRows, wideDim), dquerySpace = space.rows(kQueryRows, wideDim);
  const Rows keys = wholeVectors(k, row, tokens, headDim, space.rows(tokens, wideDim));
  const Rows dkeys = target(dk, row, headDim, space.rows(tokens, wideDim));
  const Rows dvalues = target(dv, row, headDim, space.rows(tokens, wideDim));
  transposeHead(v, row, tokens, headDim, values);
  for (Count begin = 0; begin < tokens; begin += kQueryRows) {
    const Count rows = tokens - begin < kQueryRows ? tokens - begin : kQueryRows;
    const Rows queries = wholeVectors(q + begin * row, row, rows, headDim, querySpace);
    const Rows upstream = wholeVectors(doutput + begin * outputRow, outputRow, rows, headDim, upstreamSpace);
    const Rows p = wholeVectors(probabilities + begin * tokens, tokens, rows, tokens, probabilitySpace);
    multiplySmall(false, rows, wideTokens, headDim, upstream.data, upstream.row, values.data, values.row, dscores, false);
    for (Count r = 0; r < rows; r++) {
      float* d = dscores.data + r * dscores.row;
      softmaxRowBackward(p.data + r * p.row, d, d, wideTokens, factor);
    }
    const Rows dqueries = target(dq + begin * row, row, headDim, dquerySpace);
    multiplySmall(false, rows, wideDim, tokens, dscores.data, dscores.row, keys.data, keys.row, dqueries, false);
    finish(dqueries, dq + begin * row, row, rows, headDim);
    multiplySmall(true, tokens, wideDim, rows, dscores.data, dscores.row, queries.data, queries.row, dkeys, begin > 0);
    multiplySmall(true, tokens, wideDim, rows, p.data, p.row, upstream.data, upstream.row, dvalues, begin > 0);
  }
  finish(dkeys, dk, row, tokens, headDim);
  finish(dvalues, dv, row, tokens, headDim);
}

// Part `head` of `heads` of an array of `count` elements: each head of an image asks for its share of the next image's data,
// which lies in pieces that the processor does not foresee.
template <int write = 0>
BINVIT_INLINE void prefetchShare(const float* data, Count count, Count head, Count heads) {
  if (count <= 1 << 14) prefetch<write>(data + count * head / heads, count / heads);
}

// Heads per task: one of a small ViT takes about a microsecond, of 197 tokens near a hundred.
inline Count headsPerTask(Count tokens) { return tokens < 64 ? 16 : 1; }

}  // namespace

void attentionForward(const float* qkv, float* probabilities, float* output, int32_t batch, int32_t tokens, int32_t heads,
                      int32_t headDim) {
  const Count dim = static_cast<Count>(heads) * headDim, count = static_cast<Count>(batch) * heads;
  const Count size = headsPerTask(tokens);
  parallelFor(pieces(count, size), [&](int task) {
    const Piece part = piece(count, size, task);
    for (Count i = part.begin; i < part.end; i++) {
      const Count image = i / heads, offset = i % heads * headDim;
      const float* q = qkv + image * tokens * 3 * dim + offset;
      prefetchShare(qkv + (image + 1) * tokens * 3 * dim, tokens * 3 * dim, i % heads, heads);
      headForward(q, q + dim, q + 2 * dim, 3 * dim, tokens, headDim,
                  probabilities == nullptr ? nullptr : probabilities + i * tokens * tokens,
                  output == nullptr ? nullptr : output + image * tokens * dim + offset, dim);
    }
  });
}

void attentionBackward(const float* qkv, const float* probabilities, const float* doutput, float* dqkv, int32_t batch,
                       int32_t tokens, int32_t heads, int32_t headDim) {
  const Count dim = static_cast<Count>(heads) * headDim, count = static_cast<Count>(batch) * heads;
  const Count size = headsPerTask(tokens);
  parallelFor(pieces(count, size), [&](int task) {
    const Piece part = piece(count, size, task);
    for (Count i = part.begin; i < part.end; i++) {
      const Count image = i / heads, offset = i % heads * headDim;
      const float* q = qkv + image * tokens * 3 * dim + offset;
      float* dq = dqkv + image * tokens * 3 * dim + offset;
      prefetchShare(qkv + (image + 1) * tokens * 3 * dim, tokens * 3 * dim, i % heads, heads);
      prefetchShare<1>(dqkv + (image + 1) * tokens * 3 * dim, tokens * 3 * dim, i % heads, heads);
      prefetchShare(doutput + (image + 1) * tokens * dim, tokens * dim, i % heads, heads);
      headBackward(q, q + dim, q + 2 * dim, 3 * dim, tokens, headDim, probabilities + i * tokens * tokens,
                   doutput + image * tokens * dim + offset, dim, dq, dq + dim, dq + 2 * dim);
    }
  });
}
