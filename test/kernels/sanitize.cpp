// Runs kernels on arrays of exactly the size that native/binvit.h states, for .ci/sanitizers: an address sanitizer sees every
// access beyond them, an undefined-behaviour sanitizer the arithmetic. Values are checked where a plain loop gives them.
#include <stdio.h>
#include <stdlib.h>

#include <cmath>
#include <random>
#include <vector>

#include "../../native/engine.cpp"
#include "../../native/runtime.h"

namespace {

using namespace BINVIT_ISA;
using Floats = std::vector<float>;
using Words = std::vector<uint32_t>;

std::mt19937 generator(7);

Floats normals(size_t count) {
  std::normal_distribution<float> distribution;
  Floats values(count);
  for (float& value : values) value = distribution(generator);
  return values;
}

void expect(bool holds, const char* what, int m, int in, int out) {
  if (holds) return;
  fprintf(stderr, "%s at m = %d, in = %d, out = %d is wrong\n", what, m, in, out);
  exit(1);
}

int sign(float x) { return x >= 0.0f ? 1 : -1; }

// Floats with signs of w, 0 where |w| is small if there are `kept`, with one factor for an output and with one for 7 inputs.
void floatProducts(const Floats& x, const Floats& w, const Words& packed, const Words& kept, int m, int in, int out) {
  const Floats bias = normals(out);
  for (const int group : {in, 7}) {
    const Floats alpha = normals((in + group - 1) / group * out);
    Floats y(m * out);
    signGemm(x.data(), packed.data(), kept.empty() ? nullptr : kept.data(), alpha.data(), bias.data(), y.data(), m, in, out, group, out);
    for (int r = 0; r < m; r++)
      for (int j = 0; j < out; j++) {
        double sum = bias[j], magnitude = std::abs(bias[j]);
        for (int i = 0; i < in; i++) {
          const double weight = kept.empty() || std::abs(w[i * out + j]) > 0.5f ? alpha[i / group * out + j] * sign(w[i * out + j]) : 0.0;
          sum += x[r * in + i] * weight;
          magnitude += std::abs(x[r * in + i] * static_cast<double>(alpha[i / group * out + j]));
        }
        expect(std::abs(y[r * out + j] - sum) <= (in + 4) * 0x1p-24 * magnitude, "signGemm", m, in, out);
      }
  }
}

// What a packed dense layer and its norm write, and the bits of it, for some rows at a time.
void rowsTogether(const Floats& x, const Words& bits, const Words& packed, const Floats& alpha, const Floats& bias, const Floats& shift, int m,
                  int in, int out) {
  // No linear memory is mapped here: addresses count from 0.
  const auto at = [](const auto& values) { return static_cast<double>(reinterpret_cast<uintptr_t>(values.data())); };
  Floats apart(m * out), y(m * out), normed(m * out), means(m), deviations(m), scales(m), levels(m * in);
  Words signs(m * ((out + 31) / 32)), expected(signs.size()), active(signs.size()), on(m * ((in + 31) / 32));
  packedGemm(bits.data(), packed.data(), nullptr, alpha.data(), bias.data(), nullptr, apart.data(), m, in, out, out);
  layerNormForward(apart.data(), alpha.data(), bias.data(), normed.data(), means.data(), deviations.data(), m, out, 1e-6f);
  packSigns(normed.data(), bias.data(), expected.data(), m, out, out);
  const double rows = m, inputs = in, outputs = out, none = 0.0, epsilon = 1e-6f;
  const std::vector<RowCall> calls = {
      {kRowPackedGemm, {at(bits), at(packed), none, at(alpha), at(bias), none, at(y), rows, inputs, outputs, outputs}},
      {kRowLayerNorm, {at(y), at(alpha), at(bias), at(normed), at(means), at(deviations), rows, outputs, epsilon}},
      {kRowPackSigns, {at(normed), at(bias), at(signs), rows, outputs, outputs}},
      {kRowMeanMagnitudes, {at(x), at(shift), at(scales), rows, inputs, inputs}},
      {kRowPackAbove, {at(x), at(on), at(scales), rows, inputs, 0.0, 0.25}},
      {kRowUnpackLevels, {at(on), at(scales), at(levels), rows, inputs, 0.5, none}},
      {kRowPackedAndGemm, {at(on), at(packed), none, at(alpha), none, at(scales), at(y), rows, inputs, outputs, outputs}},
      {kRowRprelu, {at(y), at(alpha), at(bias), at(alpha), at(y), rows, outputs}},
      {kRowAdd, {at(y), at(normed), at(y), rows * outputs, rows * outputs}},
      {kRowGelu, {at(y), at(y), rows * outputs}},
      {kRowPackedGemmSigns, {at(bits), at(packed), none, at(alpha), at(bias), none, none, none, none, none, at(active), rows, inputs, outputs}},
  };
  expect(runRows(calls.data(), static_cast<int>(calls.size()), m) == 0, "runRows", m, in, out);
  expect(signs == expected, "runRows beside its calls", m, in, out);
}

// A product, its activation and its bits in one, and one after the other.
void outputsToBits(const Words& bits, const Words& packed, const Words& kept, const Floats& alpha, const Floats& bias, int m, int in, int out) {
  Floats y(m * out);
  Words fused(m * ((out + 31) / 32)), apart(fused.size());
  for (const uint32_t* mask : {static_cast<const uint32_t*>(nullptr), kept.data()})
    for (const float* shift : {static_cast<const float*>(nullptr), bias.data()})
      for (const float* slope : {static_cast<const float*>(nullptr), alpha.data()}) {
        packedGemm(bits.data(), packed.data(), mask, alpha.data(), bias.data(), nullptr, y.data(), m, in, out, out);
        if (slope == nullptr) geluForward(y.data(), y.data(), m * out);
        else rpreluForward(y.data(), slope, slope, slope, y.data(), m, out);
        expect(packSigns(y.data(), shift, apart.data(), m, out, out) == 0, "packSigns", m, in, out);
        const int32_t status = packedGemmSigns(bits.data(), packed.data(), mask, alpha.data(), bias.data(), nullptr, slope, slope, slope, shift,
                                               fused.data(), m, in, out);
        expect(status == 0 && fused == apart, "packedGemmSigns", m, in, out);
      }
}

void products(int m, int in, int out) {
  const int words = (in + 31) / 32, interleaved = words * ((out + 15) / 16) * 16;
  const Floats x = normals(m * in), w = normals(in * out), alpha = normals(out), bias = normals(out), shift = normals(in);
  Words bits(m * words), on(m * words), packed(interleaved), repacked(interleaved), signs(out * words);
  Floats y(m * out), scale(m);
  std::vector<int32_t> dots(m * out);
  expect(packSigns(x.data(), nullptr, bits.data(), m, in, in) == 0, "packSigns", m, in, out);
  expect(packSigns(x.data(), shift.data(), on.data(), m, in, in) == 0, "packSigns with a shift", m, in, out);
  expect(packColumnSigns(w.data(), nullptr, packed.data(), in, out, out) == 0, "packColumnSigns", m, in, out);
  for (int j = 0; j < out; j++)
    for (int i = 0; i < in; i++) signs[j * words + i / 32] |= static_cast<uint32_t>(w[i * out + j] >= 0.0f) << (i % 32);
  packWeights(signs.data(), repacked.data(), in, out);
  packedDots(bits.data(), packed.data(), dots.data(), m, in, out);
  for (int r = 0; r < m; r++)
    for (int j = 0; j < out; j++) {
      int sum = 0;
      for (int i = 0; i < in; i++) sum += sign(x[r * in + i]) * sign(w[i * out + j]);
      expect(dots[r * out + j] == sum, "packedDots", m, in, out);
    }
  const std::vector<int32_t> before = dots;
  packedDots(bits.data(), repacked.data(), dots.data(), m, in, out);
  expect(before == dots, "packWeights", m, in, out);
  packedGemm(bits.data(), packed.data(), nullptr, alpha.data(), bias.data(), nullptr, y.data(), m, in, out, out);
  expect(packAbove(x.data(), on.data(), scale.data(), m, in, 0.0f, 0.25f) == 0, "packAbove", m, in, out);
  packedAndGemm(on.data(), packed.data(), nullptr, alpha.data(), nullptr, scale.data(), y.data(), m, in, out, out);
  floatProducts(x, w, packed, Words(), m, in, out);

  // The same with weights of 0 where |w| is small.
  Words kept(out * words), keptPacked(interleaved), lower(signs);
  for (int j = 0; j < out; j++)
    for (int i = 0; i < in; i++) kept[j * words + i / 32] |= static_cast<uint32_t>(std::abs(w[i * out + j]) > 0.5f) << (i % 32);
  for (size_t i = 0; i < lower.size(); i++) lower[i] &= kept[i];
  packWeights(lower.data(), repacked.data(), in, out);
  packWeights(kept.data(), keptPacked.data(), in, out);
  floatProducts(x, w, repacked, keptPacked, m, in, out);
  const Floats ones(out, 1.0f);
  for (const bool isSigned : {true, false}) {
    (isSigned ? packedGemm : packedAndGemm)(bits.data(), repacked.data(), keptPacked.data(), ones.data(), nullptr, nullptr, y.data(), m, in, out, out);
    for (int r = 0; r < m; r++)
      for (int j = 0; j < out; j++) {
        int sum = 0;
        for (int i = 0; i < in; i++) {
          const float weight = w[i * out + j];
          const int level = isSigned ? sign(x[r * in + i]) : x[r * in + i] >= 0.0f;
          if (std::abs(weight) > 0.5f) sum += level * sign(weight);
        }
        expect(y[r * out + j] == sum, "a product with weights of 0", m, in, out);
      }
  }
  Floats levels(m * in);
  unpackLevels(bits.data(), nullptr, levels.data(), m, in, 2.0f, 1);
  for (int i = 0; i < m * in; i++) expect(levels[i] == 2.0f * sign(x[i]), "levels of bits", m, in, out);
  outputsToBits(bits, packed, keptPacked, alpha, bias, m, in, out);
  Floats activated(m * in), means(m), norms(m);
  rpreluForward(x.data(), shift.data(), shift.data(), shift.data(), activated.data(), m, in);
  meanMagnitudes(x.data(), shift.data(), means.data(), m, in, in);
  layerNormForward(x.data(), shift.data(), shift.data(), activated.data(), means.data(), norms.data(), m, in, 1e-6f);
  geluForward(x.data(), activated.data(), m * in);
  rowsTogether(x, bits, packed, alpha, bias, shift, m, in, out);
  gemm(0, 0, m, out, in, x.data(), in, w.data(), out, y.data(), out, bias.data(), 0, 1, 0, 0, 0);

  // The layer as it is trained, forward and backward.
  Floats effective(in * out), channel(out), dx(m * in), dw(in * out), db(out);
  expect(binaryDenseForward(x.data(), w.data(), bias.data(), y.data(), effective.data(), channel.data(), m, in, out, 1, 2) == 0,
         "binaryDenseForward", m, in, out);
  Floats again(m * out);
  packedGemm(bits.data(), packed.data(), nullptr, channel.data(), bias.data(), nullptr, again.data(), m, in, out, out);
  expect(y == again, "packedGemm beside binaryDenseForward", m, in, out);
  binaryDenseBackward(x.data(), w.data(), effective.data(), channel.data(), y.data(), dx.data(), dw.data(), db.data(), m, in, out,
                      1, 1, 0.0f, 0.0f, 1, 0.0f, 0.0f, 2, 1);
}

void attention(int batch, int tokens, int heads, int headDim) {
  const int dim = heads * headDim;
  const Floats qkv = normals(batch * tokens * 3 * dim);
  Floats probabilities(batch * heads * tokens * tokens), saved(batch * tokens * dim), unsaved(batch * tokens * dim);
  attentionForward(qkv.data(), probabilities.data(), saved.data(), batch, tokens, heads, headDim);
  attentionForward(qkv.data(), nullptr, unsaved.data(), batch, tokens, heads, headDim);
  expect(saved == unsaved, "attentionForward", batch, tokens, headDim);
  Floats gradient(qkv.size());
  attentionBackward(qkv.data(), probabilities.data(), saved.data(), gradient.data(), batch, tokens, heads, headDim);
  softmaxRows(probabilities.data(), probabilities.data(), batch * heads * tokens, tokens);
  const auto interleaved = [&](int in, int out) { return Words(batch * heads * ((in + 31) / 32) * ((out + 15) / 16) * 16); };
  Words keys = interleaved(headDim, tokens), values = interleaved(tokens, headDim);
  Floats means(batch * tokens, 0.5f), again(saved.size());
  for (float* seen : {static_cast<float*>(nullptr), probabilities.data()}) {
    std::swap(saved, again);
    const int32_t status = packedAttention(qkv.data(), nullptr, means.data(), nullptr, means.data(), nullptr, nullptr, keys.data(), values.data(),
                                           saved.data(), seen, batch, tokens, heads, headDim, 0.1, 1.0f, 1, 0.0f, 0.25f);
    expect(status == 0, "packedAttention", batch, tokens, headDim);
  }
  expect(saved == again, "packedAttention", batch, tokens, headDim);
  // Half of every value, in a float sum.
  packedAttention(qkv.data(), nullptr, means.data(), nullptr, means.data(), nullptr, means.data(), keys.data(), values.data(), again.data(), nullptr,
                  batch, tokens, heads, headDim, 0.1, 1.0f, 1, 0.0f, 0.25f);
  for (size_t i = 0; i < saved.size(); i++)
    expect(std::abs(again[i] - 0.5f * saved[i]) <= 1e-5f, "packedAttention with scaled values", batch, tokens, headDim);
}

}  // namespace

int main() {
  const int sizes[][3] = {{1, 1, 1}, {3, 31, 5}, {8, 32, 16}, {25, 33, 17}, {37, 64, 48}, {29, 200, 70}, {49, 1000, 33}};
  for (const int threads : {1, 2}) {
    binvit::setThreads(threads);
    for (const auto& [m, in, out] : sizes) products(m, in, out);
    attention(2, 17, 3, 5);
    attention(1, 70, 2, 16);
    attention(1, 197, 1, 64);
  }
  puts("ok");
}
