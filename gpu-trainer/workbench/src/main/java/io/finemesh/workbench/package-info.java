/**
 * Checks and measurements of the engine on a person's own models. {@link io.finemesh.workbench.Workbench} is the entry point; what it checks is in
 * {@code io.finemesh.workbench.parity}; {@code io.finemesh.workbench.bench} measures, {@code io.finemesh.workbench.update} says what an update did.
 */
package io.finemesh.workbench;
