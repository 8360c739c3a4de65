/** What a row or a data set has touched: {@link io.finemesh.gateway.lineage.Impact} follows it through runs and their checkpoints, forward only. */
package io.finemesh.gateway.lineage;
