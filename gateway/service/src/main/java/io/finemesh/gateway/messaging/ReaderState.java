package io.finemesh.gateway.messaging;

/**
 * How the reading of topics stands.
 *
 * @param brokerReachable whether the broker answered when it was last asked
 * @param rebuilt whether everything that stood on the topics at start is folded in
 * @param lag records known to be on the topics and not folded in yet
 * @param detail the same in words
 */
public record ReaderState(boolean brokerReachable, boolean rebuilt, long lag, String detail) {}
