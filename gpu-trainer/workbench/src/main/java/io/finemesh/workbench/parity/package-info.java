/**
 * Compares the engine with numbers another implementation computed. In flow order: {@link io.finemesh.workbench.parity.ParityCommand} reads folders, each with an
 * {@link io.finemesh.workbench.parity.ExpectedNumbers} beside the weights, whose {@link io.finemesh.workbench.parity.BatchFormula} says what to train on and
 * {@link io.finemesh.workbench.parity.CurveSettings} how; {@link io.finemesh.workbench.parity.FolderParity} computes the same and gives a
 * {@link io.finemesh.workbench.parity.ParityReport}.
 */
package io.finemesh.workbench.parity;
