// The N-API module: which instruction sets there are, the linear memory, the number of threads.
#include <node_api.h>
#include <string.h>

#include "runtime.h"

namespace {

struct InstructionSet {
  const char* name;
  bool supported;
  napi_value (*bind)(napi_env);
};

}  // namespace

#if defined(__x86_64__)
namespace avx512 { napi_value bindFunctions(napi_env); }
namespace avx2 { napi_value bindFunctions(napi_env); }
namespace scalar { napi_value bindFunctions(napi_env); }
#elif defined(__aarch64__)
namespace neon { napi_value bindFunctions(napi_env); }
#else
namespace scalar { napi_value bindFunctions(napi_env); }
#endif

namespace {

// Best first. Each entry's condition covers every -m option that build.mjs compiles it with.
const InstructionSet instructionSets[] = {
#if defined(__x86_64__)
    {"avx512",
     __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("fma"),
     avx512::bindFunctions},
    {"avx2", __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"), avx2::bindFunctions},
    {"scalar", true, scalar::bindFunctions},
#elif defined(__aarch64__)
    {"neon", true, neon::bindFunctions},
#else
    {"scalar", true, scalar::bindFunctions},
#endif
};

napi_value bind(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  char name[16] = "";
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  napi_get_value_string_utf8(env, argument, name, sizeof name, nullptr);
  for (const InstructionSet& set : instructionSets)
    if (set.supported && strcmp(set.name, name) == 0) return set.bind(env);
  napi_throw_error(env, nullptr, "The engine was asked for an instruction set that this processor does not run.");
  return nullptr;
}

napi_value createMemory(napi_env env) {
  static thread_local bool loaded = false;
  const binvit::Memory mapped = loaded ? binvit::Memory{} : binvit::mapMemory();
  napi_value buffer = nullptr;
  const auto release = [](napi_env, void* base, void* bytes) {
    binvit::unmapMemory({static_cast<char*>(base), reinterpret_cast<size_t>(bytes)});
  };
  if (loaded) {
    napi_throw_error(env, nullptr, "the engine is already loaded in this thread");
  } else if (mapped.base == nullptr ||
             napi_create_external_arraybuffer(env, mapped.base, mapped.bytes, release, reinterpret_cast<void*>(mapped.bytes),
                                              &buffer) != napi_ok) {
    napi_throw_error(env, nullptr, "256 MB of address space for the engine's memory were refused");
  } else {
    loaded = true;
  }
  return buffer;
}

napi_value setThreads(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  int32_t threads = 0;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  if (napi_get_value_int32(env, argument, &threads) != napi_ok || threads < 1 || threads > 256)
    napi_throw_range_error(env, nullptr, "The number of threads must be a whole number from 1 to 256.");
  else
    binvit::setThreads(threads);
  return nullptr;
}

napi_value names(napi_env env, bool supportedOnly) {
  napi_value list, name;
  napi_create_array(env, &list);
  uint32_t length = 0;
  for (const InstructionSet& set : instructionSets) {
    if (supportedOnly && !set.supported) continue;
    napi_create_string_utf8(env, set.name, NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, list, length++, name);
  }
  return list;
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value value = createMemory(env);
  if (value == nullptr) return nullptr;
  napi_set_named_property(env, exports, "memory", value);
  napi_set_named_property(env, exports, "compiled", names(env, false));
  napi_set_named_property(env, exports, "supported", names(env, true));
  napi_create_int32(env, 64, &value);  // offset 0 is null
  napi_set_named_property(env, exports, "heapBase", value);
  napi_create_function(env, "setThreads", NAPI_AUTO_LENGTH, setThreads, nullptr, &value);
  napi_set_named_property(env, exports, "setThreads", value);
  napi_create_function(env, "bind", NAPI_AUTO_LENGTH, bind, nullptr, &value);
  napi_set_named_property(env, exports, "bind", value);
  return exports;
}
