/**
 * Whole models in Hugging Face directories. {@link io.finemesh.checkpoint.tensors.HuggingFaceDirectory} reads one strictly, with
 * {@link io.finemesh.checkpoint.tensors.ShardIndex} where the weights are sharded;
 * {@link io.finemesh.checkpoint.tensors.HuggingFaceExport} writes one;
 * {@link io.finemesh.checkpoint.tensors.ModelDirectoryException} lists what is wrong with one.
 */
package io.finemesh.checkpoint.tensors;
