/**
 * What the store depends on: a {@link io.finemesh.store.health.Dependency} is object storage or the broker, {@link
 * io.finemesh.store.health.DependencyWatch} looks at them and says in the log when one goes or comes, {@link
 * io.finemesh.store.health.WatchLifecycle} keeps it looking, {@link io.finemesh.store.health.DependencyReadiness} repeats it to who asks. {@link
 * io.finemesh.store.health.ChannelsHeld} says when another service takes the topics.
 */
package io.finemesh.store.health;
