/**
 * Arithmetic word problems with worked answers: {@link io.finemesh.demo.problem.ProblemFamily} words them, {@link io.finemesh.demo.problem.ProblemSet} splits them, {@link
 * io.finemesh.demo.problem.ProblemStream} has them come one after another, the last ones with a {@link io.finemesh.demo.problem.WrongAnswer}.
 */
package io.finemesh.demo.problem;
