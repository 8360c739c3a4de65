/**
 * What is measured, made of a task's name and the rows of a data set: {@link io.finemesh.evaluator.task.TaskCatalogue} makes a {@link io.finemesh.evaluator.task.Measurement}, {@code TaskRows} turns
 * conversations into the documents that the published tasks read, {@code ConversationMatch} asks the conversations themselves, {@link io.finemesh.evaluator.task.Answer} is what a model gives, {@link
 * io.finemesh.evaluator.task.RangeKey} names a range of questions by what is asked of whom.
 */
package io.finemesh.evaluator.task;
