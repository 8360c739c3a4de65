/**
 * The safetensors container, read strictly and written as the reference writer does. In flow order:
 * {@link io.finemesh.checkpoint.safetensors.Dtype}, {@link io.finemesh.checkpoint.safetensors.TensorInfo} and
 * {@link io.finemesh.checkpoint.safetensors.Header} describe;
 * {@link io.finemesh.checkpoint.safetensors.HeaderReader} validates;
 * {@link io.finemesh.checkpoint.safetensors.SafetensorsFile} maps a file as a
 * {@link io.finemesh.checkpoint.safetensors.TensorSource};
 * {@link io.finemesh.checkpoint.safetensors.SafetensorsWriter} writes {@link io.finemesh.checkpoint.safetensors.TensorData};
 * {@link io.finemesh.checkpoint.safetensors.SafetensorsVerifier} checks a stream in one pass; both digest into a
 * {@link io.finemesh.checkpoint.safetensors.FileDigest}; every refusal is a
 * {@link io.finemesh.checkpoint.safetensors.SafetensorsException} with a closed set of reasons.
 */
package io.finemesh.checkpoint.safetensors;
