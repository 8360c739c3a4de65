/**
 * Scores committed checkpoints. {@code messaging} hears that a checkpoint is to be scored, {@code evaluation} loads it and measures on one
 * compute thread, {@code score} and {@code report} turn outputs into figures (pure functions), {@code messaging} says the result. {@code judge} asks
 * models that rate answers, for benchmarks that need one.
 */
package io.finemesh.evaluator;
