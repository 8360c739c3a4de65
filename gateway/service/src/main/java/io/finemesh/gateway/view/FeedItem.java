package io.finemesh.gateway.view;

/** What a reader of a run's feed is told, and where it stands after that. */
public sealed interface FeedItem {
    /** Where a reader stands that has seen this. */
    Position after();

    /**
     * Something happened.
     *
     * @param occurrence what
     */
    record Told(Position after, Occurrence occurrence) implements FeedItem {}

    /**
     * A step was taken. One that a later epoch took again is told only in its later form to readers that come after.
     *
     * @param step what the ledger holds
     */
    record Stepped(Position after, Step step) implements FeedItem {}
}
