/**
 * The checkpoint store as the gateway asks it: {@link io.finemesh.gateway.store.ArtifactStore} turns what the store refuses or fails at
 * into problems, and passes uploads and exports through without holding them.
 */
package io.finemesh.gateway.store;
