/**
 * Runs a parsed template: {@link io.finemesh.template.render.Interpreter} does statements,
 * {@link io.finemesh.template.render.Evaluator} finds the values of expressions, {@link io.finemesh.template.render.Frame} holds the
 * names of one scope, {@link io.finemesh.template.render.LoopState} is what templates see as {@code loop}.
 */
package io.finemesh.template.render;
