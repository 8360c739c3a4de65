/**
 * The command line. {@link io.finemesh.cli.Finemesh} names the commands ({@code command}); they call the gateway ({@code client}) and show the
 * answers ({@code display}). {@code inspect} alone works without a mesh.
 */
package io.finemesh.cli;
