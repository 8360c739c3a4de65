/**
 * States as bytes in the state stores and their changelogs: {@link io.finemesh.scheduler.journal.RunStateCodec} for runs, {@link
 * io.finemesh.scheduler.journal.BoardStore} for placement's board, {@link io.finemesh.scheduler.journal.TriggerBoardStore} for the triggers'. Strict: bytes that a state would not have written are an error.
 */
package io.finemesh.scheduler.journal;
