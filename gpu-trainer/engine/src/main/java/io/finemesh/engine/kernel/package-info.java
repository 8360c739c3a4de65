/**
 * The project's own fused kernels for a graphics processor, and what is done before they are trusted.
 *
 * <p>{@link io.finemesh.engine.kernel.KernelSource} is the text, one file a kernel family; {@link io.finemesh.engine.kernel.KernelCompiler} compiles it with
 * NVRTC on the machine that has the device; {@link io.finemesh.engine.kernel.KernelLauncher} runs a {@link io.finemesh.engine.kernel.KernelCall}, on a device
 * with {@link io.finemesh.engine.kernel.CudaLauncher}; {@link io.finemesh.engine.kernel.FusedKernels} gives the calls shapes and types;
 * {@link io.finemesh.engine.kernel.KernelSelfTest} compares them with the LibTorch composition, and {@link io.finemesh.engine.kernel.CudaKernels} puts it all
 * together at start: kernels that agree, or a {@link io.finemesh.engine.kernel.KernelVerdict} that says why not.
 */
package io.finemesh.engine.kernel;
