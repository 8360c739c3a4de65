// Runs a CUDA kernel's source on the host: the threads of a block are fibers that take turns between barriers, in an order that is chosen, so that a
// kernel whose result depends on the order is found out. Only what the project's kernels use is here.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <random>
#include <ucontext.h>
#include <vector>

#define __global__
#define __device__
#define __shared__ static

using std::isfinite;

struct Index {
    unsigned x, y, z;
};

static Index threadIdx, blockIdx, blockDim, gridDim;

namespace emulation {

enum Order { FORWARD, REVERSE, SHUFFLED };

struct Fiber {
    ucontext_t context;
    std::vector<char> stack;
    Index thread;
    bool finished;
};

static ucontext_t scheduler;
static std::vector<Fiber> fibers;
static Fiber* running;
static const std::function<void()>* body;

static void enter()
{
    (*body)();
    running->finished = true;
    swapcontext(&running->context, &scheduler);
}

static void barrier()
{
    swapcontext(&running->context, &scheduler);
}

static void prepare(Fiber& fiber, Index thread)
{
    if (fiber.stack.empty()) {
        fiber.stack.resize(128 * 1024);
    }
    getcontext(&fiber.context);
    fiber.context.uc_stack.ss_sp = fiber.stack.data();
    fiber.context.uc_stack.ss_size = fiber.stack.size();
    fiber.context.uc_link = nullptr;
    makecontext(&fiber.context, enter, 0);
    fiber.thread = thread;
    fiber.finished = false;
}

// True when every thread met the same barriers.
static bool run_block(const std::function<void()>& kernel, Index block, Order order, std::mt19937_64& random)
{
    const size_t count = (size_t) block.x * block.y;
    if (fibers.size() < count) {
        fibers.resize(count);
    }
    body = &kernel;
    std::vector<size_t> turn(count);
    for (size_t index = 0; index < count; index++) {
        prepare(fibers[index], {(unsigned) (index % block.x), (unsigned) (index / block.x), 0});
        turn[index] = order == REVERSE ? count - 1 - index : index;
    }
    for (size_t finished = 0; finished < count;) {
        if (order == SHUFFLED) {
            std::shuffle(turn.begin(), turn.end(), random);
        }
        finished = 0;
        for (const size_t index : turn) {
            running = &fibers[index];
            threadIdx = running->thread;
            swapcontext(&scheduler, &running->context);
            finished += running->finished ? 1 : 0;
        }
        if (finished != 0 && finished != count) {
            return false;
        }
    }
    return true;
}

// 0 when it ran, 1 when threads of one block met different barriers.
static int launch(Index grid, Index block, int order, uint64_t seed, const std::function<void()>& kernel)
{
    std::mt19937_64 random(seed);
    gridDim = grid;
    blockDim = block;
    for (unsigned y = 0; y < grid.y; y++) {
        for (unsigned x = 0; x < grid.x; x++) {
            blockIdx = {x, y, 0};
            if (!run_block(kernel, block, (Order) order, random)) {
                return 1;
            }
        }
    }
    return 0;
}

template <typename T>
static T argument(void** arguments, int position)
{
    return *static_cast<T*>(arguments[position]);
}

} // namespace emulation

#define __syncthreads() emulation::barrier()
