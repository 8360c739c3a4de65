/**
 * Data sets that grow: {@link io.finemesh.store.growth.RowIntake} reads rows and writes them beside their content digests, {@link
 * io.finemesh.store.growth.KnownRows} tells which of them the data set has already, {@link io.finemesh.store.growth.SliceCut} divides the rest into training
 * and held-out rows, and {@link io.finemesh.store.growth.DatasetAppend} commits the slice as the next version. {@link io.finemesh.store.growth.RowRemoval}
 * takes a row away again, {@link io.finemesh.store.growth.GrowingVersions} reads what was written.
 */
package io.finemesh.store.growth;
