// What the native kernels stand on: the linear memory, each thread's scratch memory, and the threads.
#include "runtime.h"

#include <sys/mman.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "kernels/parallel.h"
#include "subnormals.h"

#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

namespace binvit {
namespace {

void* reserve(size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

std::atomic<int> threads{1};
thread_local bool insideTask = false;
// Each JavaScript thread has a memory and workers of its own.
thread_local Memory memory;

// Looks for a short while whether something has happened, before its caller goes to sleep: waking up takes some 60 us, a kernel of
// a single image often less.
template <class Happened>
void lookFor(const Happened& happened) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(50);
  while (!happened() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
}

// Workers that wait for a job; tasks of a job are handed out by a counter.
class Pool {
 public:
  void run(int tasks, void (*run)(const void*, int), const void* context) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      while (workers_.size() + 1 < static_cast<size_t>(threads.load())) {
        const int index = static_cast<int>(workers_.size());
        workers_.emplace_back([this, index, seen = generation_.load()] { work(index, seen); });
        workers_.back().detach();
      }
      run_ = run;
      context_ = context;
      tasks_ = tasks;
      next_ = 0;
      helpers_ = threads.load() - 1;
      busy_ = helpers_;
      generation_++;
    }
    wake_.notify_all();
    takeTasks();
    lookFor([this] { return busy_ == 0; });
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [this] { return busy_ == 0; });
  }

 private:
  void work(int index, uint64_t seen) {
    const FlushSubnormals mode;
    for (;;) {
      lookFor([&] { return generation_ != seen; });
      {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait(lock, [&] { return generation_ != seen; });
        seen = generation_;
        if (index >= helpers_) continue;
      }
      takeTasks();
      std::lock_guard<std::mutex> lock(mutex_);
      if (--busy_ == 0) done_.notify_one();
    }
  }

  void takeTasks() {
    insideTask = true;
    for (int i; (i = next_.fetch_add(1)) < tasks_;) run_(context_, i);
    insideTask = false;
  }

  std::mutex mutex_;
  std::condition_variable wake_, done_;
  std::vector<std::thread> workers_;
  void (*run_)(const void*, int) = nullptr;
  const void* context_ = nullptr;
  int tasks_ = 0;
  std::atomic<int> next_{0};
  int helpers_ = 0;
  std::atomic<int> busy_{0};
  std::atomic<uint64_t> generation_{0};
};

// Never destroyed: its detached workers may outlive the thread.
Pool& pool() {
  static thread_local Pool* const instance = new Pool;
  return *instance;
}

}  // namespace

Memory mapMemory() {
  // Address space only: pages are committed when they are touched. A system with a limit grants less.
  for (size_t bytes = kMostMemory; bytes >= kLeastMemory; bytes >>= 1) {
    void* const base = reserve(bytes);
    if (base == nullptr) continue;
#ifdef MADV_HUGEPAGE
    // A step walks over tens of megabytes; with small pages address translation costs it some 6 %.
    madvise(base, bytes, MADV_HUGEPAGE);
#endif
    return memory = {static_cast<char*>(base), bytes};
  }
  return {};
}

void unmapMemory(Memory mapped) { munmap(mapped.base, mapped.bytes); }

char* memoryBase() { return memory.base; }

Scratch& scratch() {
  static thread_local Scratch* own = static_cast<Scratch*>(reserve(sizeof(Scratch)));
  return *own;
}

void setThreads(int count) { threads = count; }
int threadCount() { return insideTask ? 1 : threads.load(std::memory_order_relaxed); }

void runTasks(int tasks, void (*run)(const void*, int), const void* context) { pool().run(tasks, run, context); }

}  // namespace binvit
