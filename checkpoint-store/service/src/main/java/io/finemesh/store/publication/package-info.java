/**
 * Telling the mesh: {@link io.finemesh.store.publication.EventPublisher} is the way out, {@link
 * io.finemesh.store.publication.ImportAnnouncer} says of every model and data set once that it exists, also after a crash between the
 * write and the word.
 */
package io.finemesh.store.publication;
