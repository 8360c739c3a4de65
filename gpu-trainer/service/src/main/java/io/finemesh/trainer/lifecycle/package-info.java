/**
 * From start to leaving: {@link io.finemesh.trainer.lifecycle.Trainer} is a whole trainer put together from its parts,
 * {@link io.finemesh.trainer.lifecycle.TrainerProcess} starts and drains it with the process.
 */
package io.finemesh.trainer.lifecycle;
