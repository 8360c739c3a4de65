/**
 * Competition mathematics (Hendrycks et al. 2021) as lm-evaluation-harness scores it: {@code BoxedAnswer} finds answers, {@code MathEquivalence} compares them with the
 * reference's quirks, {@code MathTask} is the task {@code hendrycks_math}, {@code MathSolutions} scores solutions made elsewhere; {@code MinervaAnswer} is the
 * normalisation of Lewkowycz et al. (2022), as texts only.
 */
package io.finemesh.score.math;
