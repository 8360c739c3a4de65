/** Time that passes before something is tried again: {@link io.finemesh.evaluator.pause.Pause}, which tests note instead of waiting. */
package io.finemesh.evaluator.pause;
