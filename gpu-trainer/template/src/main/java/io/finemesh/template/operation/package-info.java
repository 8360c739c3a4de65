/**
 * What Python does with values, written for the closed set: {@link io.finemesh.template.operation.Truthiness},
 * {@link io.finemesh.template.operation.Comparison}, {@link io.finemesh.template.operation.Arithmetic},
 * {@link io.finemesh.template.operation.Iteration}, {@link io.finemesh.template.operation.Slicing},
 * {@link io.finemesh.template.operation.Printing}, the two ways to fill a text in ({@link io.finemesh.template.operation.PercentFormat},
 * {@link io.finemesh.template.operation.BraceFormat}) and {@link io.finemesh.template.operation.JsonText}.
 */
package io.finemesh.template.operation;
