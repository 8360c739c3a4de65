package io.finemesh.contract.wire;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** How long a topic keeps its records, as broker settings. */
public sealed interface Cleanup {

    /** Topic-level broker configuration. */
    Map<String, String> configuration();

    /** Every record is kept. */
    record Keep() implements Cleanup {
        @Override
        public Map<String, String> configuration() {
            return Map.of("cleanup.policy", "delete", "retention.ms", "-1");
        }
    }

    /**
     * Records are deleted after a time.
     *
     * @param retention how long a record is kept at least
     */
    record DeleteAfter(Duration retention) implements Cleanup {
        @Override
        public Map<String, String> configuration() {
            return Map.of("cleanup.policy", "delete", "retention.ms", Long.toString(retention.toMillis()));
        }
    }

    /** Only the newest record of each key is kept. */
    record Compact() implements Cleanup {
        @Override
        public Map<String, String> configuration() {
            return Map.of("cleanup.policy", "compact");
        }
    }

    /**
     * Only the newest record of each key is kept, and that only for a time.
     *
     * @param retention how long a record is kept at least
     */
    record CompactAndDeleteAfter(Duration retention) implements Cleanup {
        @Override
        public Map<String, String> configuration() {
            Map<String, String> configuration = new LinkedHashMap<>();
            configuration.put("cleanup.policy", "compact,delete");
            configuration.put("retention.ms", Long.toString(retention.toMillis()));
            return Map.copyOf(configuration);
        }
    }
}
