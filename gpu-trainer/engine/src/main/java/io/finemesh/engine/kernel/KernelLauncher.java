package io.finemesh.engine.kernel;

/** Runs kernels on the device whose addresses their arguments hold. Confined to the device thread. */
public interface KernelLauncher {
    /**
     * Runs a kernel after everything launched before it.
     *
     * @throws KernelException when the device refuses it
     */
    void launch(KernelCall call);
}
