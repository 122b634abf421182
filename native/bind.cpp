// The kernels of one instruction set as JavaScript functions. Compiled once for each, like engine.cpp.
#include <node_api.h>

#include <utility>

#include "binvit.h"
#include "kernels/parallel.h"
#include "subnormals.h"

namespace {

// JavaScript number -> C argument. Pointers are byte offsets into the linear memory, 0 is null.
template <class Type>
struct Argument {
  static Type from(napi_env env, napi_value value) {
    double number = 0.0;
    napi_get_value_double(env, value, &number);
    return static_cast<Type>(number);
  }
};

template <class Type>
struct Argument<Type*> {
  static Type* from(napi_env env, napi_value value) {
    int64_t offset = 0;
    napi_get_value_int64(env, value, &offset);
    return offset == 0 ? nullptr : reinterpret_cast<Type*>(binvit::memoryBase() + offset);
  }
};

template <>
struct Argument<int32_t> {
  static int32_t from(napi_env env, napi_value value) {
    int32_t number = 0;
    napi_get_value_int32(env, value, &number);
    return number;
  }
};

template <auto function>
struct Binding;

template <class Result, class... Arguments, Result (*function)(Arguments...)>
struct Binding<function> {
  template <size_t... index>
  static napi_value call(napi_env env, napi_value* values, std::index_sequence<index...>) {
    if constexpr (std::is_void_v<Result>) {
      function(Argument<Arguments>::from(env, values[index])...);
      return nullptr;
    } else {
      napi_value result;
      napi_create_double(env, static_cast<double>(function(Argument<Arguments>::from(env, values[index])...)), &result);
      return result;
    }
  }

  static napi_value entry(napi_env env, napi_callback_info info) {
    constexpr size_t expected = sizeof...(Arguments);
    size_t count = expected;
    napi_value values[expected];
    napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
    if (count < expected) {
      napi_throw_type_error(env, nullptr, "An engine function was called with too few arguments.");
      return nullptr;
    }
    const binvit::FlushSubnormals mode;
    return call(env, values, std::make_index_sequence<expected>());
  }
};

}  // namespace

namespace BINVIT_ISA {

napi_value bindFunctions(napi_env env) {
  napi_value functions, wrapped;
  napi_create_object(env, &functions);
#define BINVIT_BIND(name)                                                                                 \
  napi_create_function(env, #name, NAPI_AUTO_LENGTH, Binding<&BINVIT_ISA::name>::entry, nullptr, &wrapped); \
  napi_set_named_property(env, functions, #name, wrapped);
  BINVIT_FUNCTIONS(BINVIT_BIND)
#undef BINVIT_BIND
  return functions;
}

}  // namespace BINVIT_ISA
