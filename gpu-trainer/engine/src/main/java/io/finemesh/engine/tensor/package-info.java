/**
 * The native library and its memory: {@link io.finemesh.engine.tensor.EngineEnvironment} is what a launcher sets,
 * {@link io.finemesh.engine.tensor.Backend} loads LibTorch, chooses the {@link io.finemesh.engine.tensor.Device} by a {@link
 * io.finemesh.engine.tensor.DevicePreference} and reports what it got, {@link io.finemesh.engine.tensor.TensorScope} frees tensors,
 * {@link io.finemesh.engine.tensor.TensorBytes} moves bytes in and out, {@link io.finemesh.engine.tensor.NativeMemory} counts and knows an allocation that failed.
 *
 * <p>Results are bit-identical from process to process on one kind of processor when the number of threads and the variables of
 * {@link io.finemesh.engine.tensor.EngineEnvironment} are the same.
 */
package io.finemesh.engine.tensor;
