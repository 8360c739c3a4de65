/**
 * Checkpoints as {@link io.finemesh.store.export.ExportArchive}s of files that other tools load: {@link io.finemesh.store.export.CheckpointExport} a
 * model, {@link io.finemesh.store.export.AdapterExport} the adapters of a LoRA run.
 */
package io.finemesh.store.export;
