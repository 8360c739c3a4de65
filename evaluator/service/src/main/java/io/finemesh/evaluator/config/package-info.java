/** What an operator can set: {@link io.finemesh.evaluator.config.EvaluatorConfig}. */
package io.finemesh.evaluator.config;
