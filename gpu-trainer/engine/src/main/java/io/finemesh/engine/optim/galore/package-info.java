/**
 * GaLore, the optimizer in a subspace: {@link io.finemesh.engine.optim.galore.GaloreSettings} with its choices ({@link io.finemesh.engine.optim.galore.ProjectionSide},
 * {@link io.finemesh.engine.optim.galore.RefreshMethod}, {@link io.finemesh.engine.optim.galore.AdaptiveInterval},
 * {@link io.finemesh.engine.optim.galore.MomentTransport}, {@link io.finemesh.engine.optim.galore.NormKind}), and
 * {@link io.finemesh.engine.optim.galore.GaloreParameters}, whose steps gather a {@code MatrixGradient} per {@code ProjectedMatrix}, find a {@code Basis} by
 * {@code SubspaceRefresh}, and update.
 */
package io.finemesh.engine.optim.galore;
