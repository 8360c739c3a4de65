/**
 * What the mesh has said so far, folded from its topics and from nothing else, so that it can be rebuilt at every start. An {@link
 * io.finemesh.gateway.view.Occurrence} goes into {@link io.finemesh.gateway.view.MeshView}, which hands it to the {@link
 * io.finemesh.gateway.view.RunView} of its run; steps go on to a {@link io.finemesh.gateway.view.StepLedger}; {@link
 * io.finemesh.gateway.view.RunFeed} reads a run's occurrences out again, from any {@link io.finemesh.gateway.view.Position}. Nothing here
 * is thread-safe; {@code io.finemesh.gateway.board} shares it.
 */
package io.finemesh.gateway.view;
