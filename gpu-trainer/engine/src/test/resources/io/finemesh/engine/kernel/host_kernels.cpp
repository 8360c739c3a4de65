// The kernels as a host library: one entry per kernel, called the way a CUDA driver is (a grid, a block, addresses of the arguments).
#include "cuda_emulation.hpp"

#include "adam_8bit.cu"
#include "projection.cu"

using emulation::argument;

extern "C" int host_adam_8bit_step(
    unsigned grid_x, unsigned grid_y, unsigned block_x, unsigned block_y, void** a, int order, uint64_t seed)
{
    return emulation::launch({grid_x, grid_y, 1}, {block_x, block_y, 1}, order, seed, [a] {
        adam_8bit_step(
            argument<float*>(a, 0), argument<const float*>(a, 1), argument<unsigned char*>(a, 2), argument<unsigned char*>(a, 3),
            argument<float*>(a, 4), argument<float*>(a, 5), argument<const float*>(a, 6), argument<const float*>(a, 7),
            argument<long long>(a, 8), argument<float>(a, 9), argument<float>(a, 10), argument<float>(a, 11),
            argument<float>(a, 12), argument<float>(a, 13), argument<float>(a, 14), argument<float>(a, 15),
            argument<float>(a, 16));
    });
}

extern "C" int host_project(
    unsigned grid_x, unsigned grid_y, unsigned block_x, unsigned block_y, void** a, int order, uint64_t seed)
{
    return emulation::launch({grid_x, grid_y, 1}, {block_x, block_y, 1}, order, seed, [a] {
        project(
            argument<float*>(a, 0), argument<const float*>(a, 1), argument<long long>(a, 2), argument<long long>(a, 3),
            argument<const float*>(a, 4), argument<long long>(a, 5), argument<long long>(a, 6), argument<int>(a, 7),
            argument<int>(a, 8), argument<int>(a, 9), argument<float>(a, 10));
    });
}

extern "C" int host_project_back_update(
    unsigned grid_x, unsigned grid_y, unsigned block_x, unsigned block_y, void** a, int order, uint64_t seed)
{
    return emulation::launch({grid_x, grid_y, 1}, {block_x, block_y, 1}, order, seed, [a] {
        project_back_update(
            argument<float*>(a, 0), argument<const float*>(a, 1), argument<long long>(a, 2), argument<long long>(a, 3),
            argument<const float*>(a, 4), argument<long long>(a, 5), argument<long long>(a, 6), argument<int>(a, 7),
            argument<int>(a, 8), argument<int>(a, 9), argument<float>(a, 10), argument<float>(a, 11));
    });
}
