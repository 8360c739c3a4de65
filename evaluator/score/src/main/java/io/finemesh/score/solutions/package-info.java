/**
 * Files of solutions that were made elsewhere, in the forms in which they are published: {@code SolutionForm} says which names fields may have,
 * {@code SolutionFile} reads a file into {@code Solved} questions, {@code SolutionScore} holds what each model's solutions come to.
 */
package io.finemesh.score.solutions;
