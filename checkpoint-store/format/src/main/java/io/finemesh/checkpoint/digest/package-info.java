/**
 * The SHA-256 by which every blob, tensor and manifest of the mesh is named: {@link io.finemesh.checkpoint.digest.Sha256}.
 */
package io.finemesh.checkpoint.digest;
