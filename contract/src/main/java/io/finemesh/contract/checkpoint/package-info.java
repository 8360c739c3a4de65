/** Checkpoints: what the store committed or refused. A checkpoint exists if and only if its manifest exists. */
package io.finemesh.contract.checkpoint;
