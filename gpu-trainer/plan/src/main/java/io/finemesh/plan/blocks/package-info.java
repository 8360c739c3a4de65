/**
 * The blocks of block-coordinate training (BAdam): a model is cut into {@link io.finemesh.plan.blocks.Block}s of
 * {@link io.finemesh.plan.blocks.TensorSlice}s by {@link io.finemesh.plan.blocks.BlockPartition} as
 * {@link io.finemesh.plan.blocks.PartitionSettings} and a {@link io.finemesh.plan.blocks.Partitioning} say, where a
 * {@link io.finemesh.plan.blocks.BlockSelector} names parts by {@link io.finemesh.plan.blocks.LayerHalf} or role; everything wrong is a
 * {@link io.finemesh.plan.blocks.PartitionProblem} of one {@link io.finemesh.plan.blocks.PartitionException}. Blocks are visited in a
 * {@link io.finemesh.plan.blocks.BlockOrder} for {@link io.finemesh.plan.blocks.SwitchInterval} steps each;
 * {@link io.finemesh.plan.blocks.BlockVisits} is the whole sequence of {@link io.finemesh.plan.blocks.BlockVisit}s, each found by its index.
 */
package io.finemesh.plan.blocks;
