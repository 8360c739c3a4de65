/**
 * The blocks of block-coordinate training (BAdam): a model is cut into {@link io.finemesh.plan.blocks.Block}s by
 * {@link io.finemesh.plan.blocks.BlockPartition}, visited in a {@link io.finemesh.plan.blocks.BlockOrder} for
 * {@link io.finemesh.plan.blocks.SwitchInterval} steps each; {@link io.finemesh.plan.blocks.BlockVisits} is the whole sequence of
 * {@link io.finemesh.plan.blocks.BlockVisit}s, each found by its index.
 */
package io.finemesh.plan.blocks;
