/**
 * Multiple choice by log-likelihood: {@code ChoiceDocument} is a question with its choices, {@code ChoiceReader} reads the published forms of AQuA, SAT-Math and MMLU,
 * {@code ChoiceTask} asks and {@code ChoicePrediction} tells which choice a model prefers.
 * {@code SuperGlue} has the classification tasks of that collection, {@code RecordTask} the one that fills gaps.
 */
package io.finemesh.score.choice;
