/**
 * What services and the checkpoint store say to each other over HTTP: staging of uploads, links to objects, descriptions of
 * models, data sets and checkpoints. A version of a data set that grows says which {@link io.finemesh.contract.store.DatasetSlice} it added, and its object lists the {@link
 * io.finemesh.contract.store.DatasetParts} that hold its rows. Paths are in {@link io.finemesh.contract.store.StorePaths}.
 */
package io.finemesh.contract.store;
