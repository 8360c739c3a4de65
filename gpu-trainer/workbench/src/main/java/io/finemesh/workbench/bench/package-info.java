/**
 * Whole optimizer steps, measured: {@link io.finemesh.workbench.bench.BenchCommand} reads what is asked for and runs rounds, each side in a process of its own,
 * the engine as {@link io.finemesh.workbench.bench.EngineProcess} and a Python peer as {@link io.finemesh.workbench.bench.PeerProcess}, alternating;
 * {@link io.finemesh.workbench.bench.BenchCase} is what both train, {@link io.finemesh.workbench.bench.Workload} the lengths of its samples,
 * {@link io.finemesh.workbench.bench.EngineRun} the engine's side, {@link io.finemesh.workbench.bench.Measurement} what a process says, {@link
 * io.finemesh.workbench.bench.BenchReport} medians and ratios.
 */
package io.finemesh.workbench.bench;
