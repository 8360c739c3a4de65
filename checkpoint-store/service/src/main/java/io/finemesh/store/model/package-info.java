/**
 * Models from outside: {@link io.finemesh.store.model.ModelArchive} unpacks an uploaded tar safely, {@link
 * io.finemesh.store.model.ModelImport} checks a Hugging Face directory and commits it as a root checkpoint, {@link
 * io.finemesh.store.model.ModelNames} keeps which checkpoint a name means.
 */
package io.finemesh.store.model;
