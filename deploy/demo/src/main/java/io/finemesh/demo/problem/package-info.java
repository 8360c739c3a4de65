/** Arithmetic word problems with worked answers: {@link io.finemesh.demo.problem.ProblemFamily} words them, {@link io.finemesh.demo.problem.ProblemSet} splits them. */
package io.finemesh.demo.problem;
