/**
 * Which checkpoint a model's name stands for: {@link io.finemesh.contract.registry.RegistryEvent}s tell what the gate decided and where aliases moved, {@link
 * io.finemesh.contract.registry.RegistryCommand}s what people want, {@link io.finemesh.contract.registry.PromotionSignal}s what the scheduler tells itself about candidates.
 */
package io.finemesh.contract.registry;
