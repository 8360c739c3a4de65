/**
 * Tar archives (POSIX.1-2017 ustar and pax) as streams: {@link io.finemesh.store.archive.TarReader} reads strangers' archives within
 * limits, {@link io.finemesh.store.archive.TarWriter} writes the same bytes for the same content.
 */
package io.finemesh.store.archive;
