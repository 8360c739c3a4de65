/**
 * A user's own task: {@code TaskFile} reads it from YAML and names every fault at once, {@code OwnTask} asks and judges by it, {@code AnswerMetric} compares; SVAMP and NumGLUE are such tasks, in
 * {@code WordProblems}.
 */
package io.finemesh.score.custom;
