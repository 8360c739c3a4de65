/**
 * Adapters of low rank beside frozen weights: {@link io.finemesh.engine.optim.lora.LoraSettings}, and {@link io.finemesh.engine.optim.lora.LoraParameters}, which
 * trains an {@code Adapter} per linear map, exports them for PEFT and merges them.
 */
package io.finemesh.engine.optim.lora;
