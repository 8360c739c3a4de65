package io.finemesh.store.manifest;

import io.finemesh.contract.id.CheckpointId;

/** What lies under a checkpoint's key is not its manifest: damage or tampering in object storage. */
public final class DamagedManifestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DamagedManifestException(CheckpointId checkpoint, String found, Throwable cause) {
        super(
                "the manifest of " + checkpoint + " is damaged: " + found
                        + "; restore it from a backup of the bucket, or remove it so that it can be committed again",
                cause);
    }
}
