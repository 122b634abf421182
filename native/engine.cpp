// All kernels as one translation unit, compiled once for each instruction set.
#include "binvit.h"

// Shared parts first: they belong to no instruction set's namespace (each translation unit has its own copy).
#include "kernels/binary_weight.h"
#include "kernels/columns.h"
#include "kernels/dense_backward.h"
#include "kernels/estimator.h"
#include "kernels/gemm.h"
#include "kernels/packed.h"
#include "kernels/sign_gemm.h"
#include "kernels/softmax.h"

#ifndef __wasm__
namespace BINVIT_ISA {
#endif
#include "kernels/gemm.cpp"
#include "kernels/dense.cpp"
#include "kernels/sign.cpp"
#include "kernels/binary_dense.cpp"
#include "kernels/packed.cpp"
#include "kernels/sign_gemm.cpp"
#include "kernels/activations.cpp"
#include "kernels/layer_norm.cpp"
#include "kernels/softmax.cpp"
#include "kernels/attention.cpp"
#include "kernels/binary_attention.cpp"
#include "kernels/gelu.cpp"
#include "kernels/elementwise.cpp"
#include "kernels/optimizer.cpp"
#include "kernels/statistics.cpp"
#include "kernels/rows.cpp"
#ifndef __wasm__
}
#endif
