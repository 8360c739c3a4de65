package io.finemesh.engine.tensor;

/**
 * Memory of the device that computes, as LibTorch's allocator counts it; a driver's context comes on top.
 *
 * @param allocatedBytes in tensors now
 * @param peakAllocatedBytes the most there was in tensors
 * @param peakReservedBytes the most the allocator held, free blocks included
 */
public record DeviceMemory(long allocatedBytes, long peakAllocatedBytes, long peakReservedBytes) {}
