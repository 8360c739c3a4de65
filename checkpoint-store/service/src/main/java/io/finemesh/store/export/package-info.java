/** Checkpoints as files that other tools load: {@link io.finemesh.store.export.CheckpointExport}. */
package io.finemesh.store.export;
