// C ABI of the engine: the kernels that ViT training needs, in one declaration for every build.
//
// Matrices are row-major float32 unless said otherwise; `ld*` are row strides in elements. Pointers that may be null say so.
// Outputs may not overlap inputs, except where a function says that it works in place. Kernels do not check shapes: their
// caller has. Their scratch memory is of fixed size, which limits `in` of the binary functions to 2^19, `dim` of LayerNorm to
// 2^18, and attention as it says. Callers in TypeScript pass byte offsets into the engine's linear memory; offset 0 is the
// null pointer.
//
// The native build compiles the same sources once per instruction set, each into a namespace of its own (BINVIT_ISA); the
// wasm build exports the names as they stand.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Numbers of elements: 64 bits in the native build, 32 in wasm.
using Count = ptrdiff_t;

// Gradient estimators of the sign, f(x) in dL/dx = g f(x).
enum Estimator : int32_t {
  kIdentity = 0,    // 1
  kClipped = 1,     // 1{|x| <= 1}
  kApproxSign = 2,  // (2 - 2|x|) 1{|x| <= 1}
  kSwishSign = 3,   // beta (2 - beta x tanh(beta x / 2)) / (1 + cosh(beta x)), beta = parameter 0
  kEde = 4,         // k t (1 - tanh^2(t x)), t = parameter 0, k = parameter 1
};

// Over which block of W the scaling factor alpha = mean |W| is taken.
enum Scale : int32_t { kScaleNone = 0, kScaleTensor = 1, kScaleChannel = 2 };

// Status of functions that take a sign: the operands in which a NaN or an infinity was met. The other outputs are then
// unspecified.
enum Status : int32_t { kFinite = 0, kInputNotFinite = 1, kWeightNotFinite = 2 };

#ifdef __wasm__
#pragma GCC visibility push(default)
extern "C" {
#else
namespace BINVIT_ISA {
#endif

// ---- dense ----

// C (+)= op(A) op(B) + bias, for `batch` matrices `stride*` elements apart (0: the same matrix for all).
// op(A) is [m, k], op(B) is [k, n], C is [m, n]; trans* = 1 means that the operand is stored transposed.
// bias: [n] or null. accumulate = 1 adds to C.
void gemm(int32_t transA, int32_t transB, int32_t m, int32_t n, int32_t k, const float* a, int32_t lda, const float* b,
          int32_t ldb, float* c, int32_t ldc, const float* bias, int32_t accumulate, int32_t batch, int32_t strideA,
          int32_t strideB, int32_t strideC);

// Gradients of y = x W + b. x [m, in], w [in, out], dy [m, out]; dx [m, in], dw [in, out], db [out], each may be null.
void denseBackward(const float* x, const float* w, const float* dy, float* dx, float* dw, float* db, int32_t m, int32_t in,
                   int32_t out);

// y = x^ (alpha * sign(W)) + b with x^ = sign(x) (inputBinary = 1) or x. x [m, in], w [in, out], bias [out] or null,
// y [m, out]; effective [in, out] receives alpha * sign(W), alpha [out] the scaling factor of each column.
// With a binary input every y is alpha * integer + b. Returns a Status.
int32_t binaryDenseForward(const float* x, const float* w, const float* bias, float* y, float* effective, float* alpha,
                           int32_t m, int32_t in, int32_t out, int32_t inputBinary, int32_t scale);

// Gradients of binaryDenseForward; effective and alpha are its outputs.
//   dx = (dy effective^T) * f_input(x)                             (no f_input when inputBinary = 0)
//   G  = x^^T dy
//   dw = alpha * G * f_weight(W) + [scaleExact] sign(W) / n * sum over the scale's block of G * sign(W)
//   db = column sums of dy
// n is the block's size: in for kScaleChannel, in * out for kScaleTensor. dx, dw and db may be null.
void binaryDenseBackward(const float* x, const float* w, const float* effective, const float* alpha, const float* dy,
                         float* dx, float* dw, float* db, int32_t m, int32_t in, int32_t out, int32_t inputBinary,
                         int32_t inputEstimator, float inputParameter0, float inputParameter1, int32_t weightEstimator,
                         float weightParameter0, float weightParameter1, int32_t scale, int32_t scaleExact);

// ---- binarization, element by element ----

// y = sign(x), sign(+-0) = +1. Returns a Status (kInputNotFinite).
int32_t signForward(const float* x, float* y, Count count);

// dx = dy * f(x); dy null means 1. In place (dx = dy) is allowed.
void estimatorBackward(const float* x, const float* dy, float* dx, Count count, int32_t estimator, float parameter0,
                       float parameter1);

// ---- the other layers of an encoder block ----

// y = (x - mean) rstd gamma + beta over rows of x [rows, dim]; rstd = 1 / sqrt(variance + epsilon). mean, rstd: [rows], saved.
void layerNormForward(const float* x, const float* gamma, const float* beta, float* y, float* mean, float* rstd, int32_t rows,
                      int32_t dim, float epsilon);

// dx [rows, dim] or null; dgamma, dbeta [dim].
void layerNormBackward(const float* x, const float* gamma, const float* mean, const float* rstd, const float* dy, float* dx,
                       float* dgamma, float* dbeta, int32_t rows, int32_t dim);

// Softmax attention of the fused projection. qkv [batch, tokens, 3 heads headDim], the last axis ordered q | k | v and each
// of them by head; probabilities = softmax(q k^T / sqrt(headDim)) [batch, heads, tokens, tokens], saved
// unless null;
// output [batch, tokens, heads headDim], or null when only the probabilities are wanted.
// With tokens and headDim rounded up to 16, tokens (4 headDim + 128) + 192 headDim may not exceed 2^19 (also backward).
void attentionForward(const float* qkv, float* probabilities, float* output, int32_t batch, int32_t tokens, int32_t heads,
                      int32_t headDim);

// dqkv [batch, tokens, 3 heads headDim] from doutput [batch, tokens, heads headDim].
void attentionBackward(const float* qkv, const float* probabilities, const float* doutput, float* dqkv, int32_t batch,
                       int32_t tokens, int32_t heads, int32_t headDim);

// y = x Phi(x), Phi(x) = (1 + erf(x / sqrt 2)) / 2. In place is allowed.
void geluForward(const float* x, float* y, Count count);

// dx = dy (Phi(x) + x phi(x)). In place (dx = dy) is allowed.
void geluBackward(const float* x, const float* dy, float* dx, Count count);

// y = softmax over each row of x [rows, cols]. In place is allowed.
void softmaxRows(const float* x, float* y, int32_t rows, int32_t cols);

// dx = y * (dy - sum(y * dy)) over each row; y is softmaxRows' output. In place (dx = dy) is allowed.
void softmaxRowsBackward(const float* y, const float* dy, float* dx, int32_t rows, int32_t cols);

// Mean over rows of the cross entropy between softmax(logits [rows, classes]) and labels [rows], smoothed: the target is
// (1 - smoothing) one-hot + smoothing / classes. probabilities [rows, classes] are saved. Returns the loss; labels must lie
// in 0 .. classes - 1.
double crossEntropyForward(const float* logits, const int32_t* labels, float* probabilities, int32_t rows, int32_t classes,
                           float smoothing);

// dlogits = (probabilities - target) dloss / rows.
void crossEntropyBackward(const float* probabilities, const int32_t* labels, float* dlogits, int32_t rows, int32_t classes,
                          float smoothing, float dloss);

// ---- element-wise and axis operations ----

// y[i] = a[i] op b[i mod period], i < count. period = count: same shape; a last axis: broadcast along it; 1: a scalar.
// In place (y = a) is allowed.
void add(const float* a, const float* b, float* y, Count count, Count period);
void subtract(const float* a, const float* b, float* y, Count count, Count period);
void multiply(const float* a, const float* b, float* y, Count count, Count period);

// y = factor x. In place is allowed.
void scale(const float* x, float* y, Count count, float factor);

// y[o, i] = factor sum_a x[o, a, i] for x [outer, axis, inner]. outer = 1: column sums; factor = 1 / axis: a mean.
void sumAxis(const float* x, float* y, int32_t outer, int32_t axis, int32_t inner, float factor);

// y[o, a, i] = factor x[o, i] for y [outer, axis, inner].
void broadcastAxis(const float* x, float* y, int32_t outer, int32_t axis, int32_t inner, float factor);

// y[o, c, r, i] = x[o, r, c, i] for x [outer, rows, cols, inner]: swaps two axes.
void transpose(const float* x, float* y, int32_t outer, int32_t rows, int32_t cols, int32_t inner);

// ---- optimizers and their safeguards ----

// A row of the parameter table of adamW and sgd: byte offsets into the linear memory (as float64, exact up to 2^53).
struct OptimizerRow {
  double parameter;
  double output;    // where the new value goes; may be the same as parameter
  double gradient;
  double momentum;  // first moment (adamW) or velocity (sgd), updated
  double variance;  // second moment, updated (sgd: unused)
  double count;     // elements
  double decay;     // decoupled weight decay; w loses learningRate * decay * w
  double clip;      // the new value is clamped to [-clip, clip]; 0: not clamped
};

// AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101), for all parameters at once: g = gradientScale gradient,
// m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2,
// w -= learningRate (decay w + (m / correction1) / (sqrt(v / correction2) + epsilon)), correction_i = 1 - beta_i^step.
void adamW(const OptimizerRow* table, int32_t rows, double learningRate, double beta1, double beta2, double epsilon,
           double correction1, double correction2, double gradientScale);

// velocity = momentum velocity + gradientScale gradient; w -= learningRate (decay w + velocity).
void sgd(const OptimizerRow* table, int32_t rows, double learningRate, double momentum, double gradientScale);

// Sum of squares, accumulated in float64. A NaN or an infinity comes through.
double sumOfSquares(const float* x, Count count);

// counts[0], counts[1] receive how many NaN and how many infinities x holds; returns 1 when there are none, else 0.
int32_t allFinite(const float* x, Count count, int32_t* counts);

// ---- packed signs, for inference ----
// Bits are packed along `in` as 32-bit words, words = ceil(in / 32), the first element in the lowest bit; 1 is +1 (or on), 0 is -1
// (or off), bits beyond `in` are 0. Rows of bits are [rows, words]. Weights are interleaved, so that a lane of a vector is an
// output; their order depends on the instruction set, their room, 4 words ceil(out / 16) 16 bytes, does not.

// bits of x + shift >= 0 for rows of x, `stride` elements apart; shift [in] or null. Returns a Status.
int32_t packSigns(const float* x, const float* shift, uint32_t* bits, int32_t rows, int32_t in, int32_t stride);

// bits of x > T for x [rows, in]; T is `threshold`, or for fraction > 0 that share of the row's maximum (at least 1e-30).
// rowScale [rows] or null receives the mean of the elements above T (0 where there is none), which is the least-squares scale of
// the row. Returns a Status.
int32_t packAbove(const float* x, uint32_t* bits, float* rowScale, int32_t rows, int32_t in, float threshold, float fraction);

// Interleaves rows of bits [out, words].
void packWeights(const uint32_t* signs, uint32_t* packed, int32_t in, int32_t out);

// Interleaved signs of the columns of x + shift, x [in, out] with rows `stride` elements apart, shift [out] or null. Returns a
// Status.
int32_t packColumnSigns(const float* x, const float* shift, uint32_t* packed, int32_t in, int32_t out, int32_t stride);

// y = alpha dot (times rowScale) + bias with the dot product of signs, in - 2 popcount(x xor w). x [m, words] bits, w interleaved,
// alpha [out], bias [out] or null, rowScale [m] or null, y [m, out] with rows `stride` elements apart. Without rowScale the
// result has the bits of binaryDenseForward. Weights of -1, 0 and 1 have interleaved bits `kept`, 1 where a weight is not 0, and
// bits 0 of w where it is: the dot product is popcount(kept) - 2 popcount((x xor w) and kept). kept is null for weights of -1 and 1.
void packedGemm(const uint32_t* x, const uint32_t* w, const uint32_t* kept, const float* alpha, const float* bias,
                const float* rowScale, float* y, int32_t m, int32_t in, int32_t out, int32_t stride);

// The same with x of levels 0 and 1: the dot product is 2 popcount(x and w) - popcount(x), or with kept
// popcount(w) - popcount((x xor w) and kept).
void packedAndGemm(const uint32_t* x, const uint32_t* w, const uint32_t* kept, const float* alpha, const float* bias,
                   const float* rowScale, float* y, int32_t m, int32_t in, int32_t out, int32_t stride);

// The dot products of signs themselves, y [m, out].
void packedDots(const uint32_t* x, const uint32_t* w, int32_t* y, int32_t m, int32_t in, int32_t out);

// ReActNet's RPReLU: z = x - before; y = z + after where z > 0, slope z + after elsewhere. x, y [rows, dim], the others [dim]. In place
// is allowed.
void rpreluForward(const float* x, const float* before, const float* slope, const float* after, float* y, int32_t rows,
                   int32_t dim);

// Bits of f(y) + shift >= 0, [m, ceil(out / 32)], for y of packedGemm; f is rpreluForward's function, or GELU where its three vectors
// are null. shift [out] or null. The bits of packSigns after rpreluForward or geluForward after packedGemm. Returns a Status.
int32_t packedGemmSigns(const uint32_t* x, const uint32_t* w, const uint32_t* kept, const float* alpha, const float* bias,
                        const float* rowScale, const float* before, const float* slope, const float* after, const float* shift, uint32_t* bits,
                        int32_t m, int32_t in, int32_t out);

// means [rows] = mean |x + shift|, the least-squares scale of the signs of a row, for rows of x `stride` elements apart; shift
// [dim] or null.
void meanMagnitudes(const float* x, const float* shift, float* means, int32_t rows, int32_t dim, int32_t stride);

// y = x (alpha W) + bias for a float x [m, in] and weights w and kept as above; alpha [ceil(in / group), out] has a factor for every
// `group` inputs of an output. An output adds in one order, whatever m is. Without factors (alpha null) that order is gemm's, and so are
// the bits: sums are in the hundreds then, and a softmax of their products turns a rounding into a difference.
void signGemm(const float* x, const uint32_t* w, const uint32_t* kept, const float* alpha, const float* bias, float* y, int32_t m,
              int32_t in, int32_t out, int32_t group, int32_t stride);

// y = factor level (times rowScale) [rows, in] of bits [rows, words]; levels -1 and 1 (isSigned = 1), or 0 and 1. rowScale [rows] or
// null.
void unpackLevels(const uint32_t* bits, const float* rowScale, float* y, int32_t rows, int32_t in, float factor, int32_t isSigned);

// Attention with binary operands in both products: P = softmax(scoreScale Q^ K^^T), output = outputScale P^ V^. qkv and output as for
// attentionForward; a sign is that of an element plus its shift, [heads headDim] or null; queryScale, keyScale, valueScale
// [batch, tokens] or null are factors of the signs of a token. With valueScale the second product adds floats. P^ is as in packAbove, with the row's least-squares scale if probabilityScaled = 1.
// keys and values are room for the interleaved signs of every head, [headDim, tokens] and [tokens, headDim]. probabilities
// [batch, heads, tokens, tokens] receives P unless null. tokens and headDim may not exceed 2^14, nor tokens ceil(headDim / 32)
// 2^16. Returns a Status.
int32_t packedAttention(const float* qkv, const float* queryShift, const float* keyShift, const float* valueShift,
                        const float* queryScale, const float* keyScale, const float* valueScale, uint32_t* keys, uint32_t* values,
                        float* output, float* probabilities, int32_t batch, int32_t tokens, int32_t heads, int32_t headDim, double scoreScale,
                        float outputScale, int32_t probabilityScaled, float threshold, float fraction);

// ---- several of these on a few rows at a time ----

// The kernels above of which every row stands on its own. Their arguments are those of the function; add has a period of all elements.
enum RowKernel : int32_t {
  kRowPackSigns = 0,
  kRowPackAbove,
  kRowMeanMagnitudes,
  kRowUnpackLevels,
  kRowPackedGemm,
  kRowPackedAndGemm,
  kRowLayerNorm,
  kRowGelu,
  kRowRprelu,
  kRowAdd,
  kRowPackedGemmSigns,
};

// A row of the table of runRows: a RowKernel and its arguments, as float64.
struct RowCall {
  double kernel;
  double arguments[14];
};

// Makes `count` calls, all of `rows` rows, for the first rows, then for the next: what one call leaves is in the cache when the next reads
// it, and threads wait for each other once. An array that is written must have rows of one length in all calls, which are then those of
// one call after the other to the bit. Returns 0, or the number, from 1, of the first call that met a NaN or an infinity.
int32_t runRows(const RowCall* calls, int32_t count, int32_t rows);

#ifdef __wasm__
}
#pragma GCC visibility pop
#else
}
#endif

// Every function above, for wrappers that are made by macro.
#define BINVIT_FUNCTIONS(X)                                                                                                \
  X(gemm) X(denseBackward) X(binaryDenseForward) X(binaryDenseBackward) X(signForward) X(estimatorBackward)                \
  X(layerNormForward) X(layerNormBackward) X(attentionForward) X(attentionBackward) X(geluForward) X(geluBackward)         \
  X(softmaxRows) X(softmaxRowsBackward) X(crossEntropyForward) X(crossEntropyBackward) X(add) X(subtract) X(multiply)      \
  X(scale) X(sumAxis) X(broadcastAxis) X(transpose) X(adamW) X(sgd) X(sumOfSquares) X(allFinite)                           \
  X(packSigns) X(packAbove) X(packWeights) X(packColumnSigns) X(packedGemm) X(packedAndGemm) X(packedDots) X(signGemm)    \
  X(unpackLevels) X(rpreluForward) X(meanMagnitudes) X(packedAttention) X(packedGemmSigns) X(runRows)
