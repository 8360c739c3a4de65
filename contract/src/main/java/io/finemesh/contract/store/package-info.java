/**
 * What services and the checkpoint store say to each other over HTTP: staging of uploads, links to objects, descriptions of
 * models, data sets and checkpoints. Paths are in {@link io.finemesh.contract.store.StorePaths}.
 */
package io.finemesh.contract.store;
