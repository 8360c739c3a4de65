package io.finemesh.demo.problem;

/**
 * One word problem.
 *
 * @param question what is asked
 * @param answer the worked answer, ending in {@code #### n}
 */
public record Problem(String question, String answer) {}
