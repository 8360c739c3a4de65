/**
 * Answers to ranges of questions: an {@link io.finemesh.evaluator.answer.Answerer} gives them piece by piece ({@link io.finemesh.evaluator.answer.EngineAnswerer} with the weights in memory, {@link io.finemesh.evaluator.answer.RemoteAnswerer} by asking a server), a {@link io.finemesh.evaluator.answer.TurnWriter} those to open questions, all their turns, {@link
 * io.finemesh.evaluator.answer.AnswerJournal} keeps each piece on disk at once, {@link io.finemesh.evaluator.answer.AnswerLines} is their form in files and in object storage.
 */
package io.finemesh.evaluator.answer;
