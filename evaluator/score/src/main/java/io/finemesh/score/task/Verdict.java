package io.finemesh.score.task;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one response is worth under one way of reading it.
 *
 * @param filter name of the way of reading; {@code none} where there is only one
 * @param read what was read out of the response
 * @param metrics value of each metric, in the task's order
 */
public record Verdict(String filter, String read, Map<String, Double> metrics) {
    /** The name of reading a response as it is. */
    public static final String UNFILTERED = "none";

    public Verdict {
        requireNonNull(filter, "filter is null");
        requireNonNull(read, "read is null");
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }
}
