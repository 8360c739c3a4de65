/**
 * What outputs are worth, computed as the reference harnesses compute it, without a model and without input or output: {@code python} holds the
 * semantics of the reference language that scores depend on, {@code records} reads files of rows, {@code figure} turns values into figures with
 * standard errors, {@code task} says what a task is, {@code gsm8k}, {@code math}, {@code choice} and {@code custom} are tasks, {@code mtbench} is
 * the judged benchmark, {@code harness} writes result files, {@code gate} decides by results.
 */
package io.finemesh.score;
