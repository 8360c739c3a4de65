/**
 * Asks judges: a {@code Judge} replies to a request with a {@code JudgeReply}; {@code HttpJudge} asks a server, within its {@code JudgeLimits}, which {@code Spending} counts and {@code SpendingJournal} keeps, {@code
 * ReplayJudge} repeats a judgment file, {@code CheckpointJudge} is a model in memory, {@code JudgePanel} asks many requests at once. All failures are replies; none is thrown.
 */
package io.finemesh.evaluator.judge;
