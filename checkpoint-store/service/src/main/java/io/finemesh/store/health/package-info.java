/**
 * What the store depends on: {@link io.finemesh.store.health.DependencyWatch} looks at object storage and broker at intervals and says in
 * the log when one goes or comes, {@link io.finemesh.store.health.DependencyReadiness} repeats it to who asks.
 */
package io.finemesh.store.health;
