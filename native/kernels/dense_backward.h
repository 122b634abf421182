// Both products and the column sums of a dense layer's backward pass.
#pragma once
#include "columns.h"
#include "gemm.h"

namespace {

// forInput is dx = dy W^T (rowsDone sees rows of dx), forWeight is dW = x^T dy; their c and db may be null.
//
// On one thread, and when W is one block, the batch passes in pieces of kBlockDepth rows: each piece of dy and x comes from
// memory once, in order, for the column sums, and is in cache for both products. The order of every sum is that of the
// products one after the other.
inline void multiplyBackward(Product forInput, Product forWeight, float* db) {
  const float* dy = forInput.a.data;
  const Count m = forInput.m, in = forInput.n, out = forInput.k;
  const bool fits = out <= kBlockDepth && in <= kBlockCols;
  if (threadCount() > 1 || !fits || forInput.c == nullptr || forWeight.c == nullptr) {
    if (forInput.c != nullptr) multiplyParallel(forInput);
    if (forWeight.c != nullptr) multiplyParallel(forWeight);
    if (db != nullptr) sumAllColumns(dy, db, m, out, 1.0f);
    return;
  }
  Product inputPiece = forInput, weightPiece = forWeight;
  inputPiece.rowsDone = nullptr;
  weightPiece.space = scratch().work;
  for (Count begin = 0; begin < m; begin += kBlockDepth) {
    const Count rows = m - begin < kBlockDepth ? m - begin : kBlockDepth;
    if (db != nullptr) sumColumns(dy + begin * out, db, rows, out, 0, out, 1.0f, begin > 0);
    inputPiece.m = weightPiece.k = rows;
    inputPiece.a.data = forInput.a.at(begin, 0);
    inputPiece.c = forInput.c + begin * forInput.cRow;
    multiplySerial(inputPiece);
    inputPiece.packed = true;
    if (forInput.rowsDone != nullptr) forInput.rowsDone(forInput.context, begin, begin + rows);
    weightPiece.a.data = forWeight.a.at(0, begin);
    weightPiece.b.data = forWeight.b.at(begin, 0);
    multiplySerial(weightPiece);
    weightPiece.accumulate = true;
  }
}

}  // namespace
