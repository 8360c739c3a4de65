/**
 * Settings and construction: {@link io.finemesh.store.config.StoreConfig} is every key, {@link io.finemesh.store.config.StoreWiring}
 * builds the service's objects from it.
 */
package io.finemesh.store.config;
