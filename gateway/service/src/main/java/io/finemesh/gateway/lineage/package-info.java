/**
 * What a row or a data set has touched: {@link io.finemesh.gateway.lineage.Impact} follows a {@link io.finemesh.gateway.lineage.Suspect} through runs and their
 * checkpoints, forward only; {@link io.finemesh.gateway.lineage.Reading} says from which step on a run has read it, and {@link
 * io.finemesh.gateway.lineage.ReadData} what evaluations read.
 */
package io.finemesh.gateway.lineage;
