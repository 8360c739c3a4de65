/**
 * Update reports of models in local files: {@link io.finemesh.workbench.update.ReportCommand} compares two {@link io.finemesh.workbench.update.LocalModel}s. Of checkpoints in a mesh, the gateway's client asks for the same report.
 */
package io.finemesh.workbench.update;
