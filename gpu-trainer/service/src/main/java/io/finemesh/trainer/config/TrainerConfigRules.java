package io.finemesh.trainer.config;

import io.finemesh.contract.id.TrainerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a configuration must fulfil beyond its types. Names every key that does not. */
public final class TrainerConfigRules {
    private static final String PREFIX = "finemesh.trainer.";

    private TrainerConfigRules() {}

    /**
     * Refuses a configuration that cannot work.
     *
     * @throws IllegalArgumentException naming each wrong key, what was found and what is allowed
     */
    public static void require(TrainerConfig config) {
        List<String> problems = problems(config);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("configuration: " + String.join("; ", problems));
        }
    }

    static List<String> problems(TrainerConfig config) {
        List<String> problems = new ArrayList<>();
        try {
            new TrainerId(config.id());
        } catch (IllegalArgumentException refused) {
            problems.add(PREFIX + "id: " + refused.getMessage());
        }
        if (config.device().threads() < 1) {
            problems.add(wrong("device.threads", config.device().threads(), "1 and more"));
        }
        double fraction = config.memory().budgetFraction();
        if (!(fraction > 0 && fraction <= 1)) {
            problems.add(wrong("memory.budget-fraction", fraction, "above 0 up to 1"));
        }
        config.memory()
                .budget()
                .filter(budget -> budget.asLongValue() <= 0)
                .ifPresent(budget -> problems.add(wrong("memory.budget", budget.asLongValue(), "1 and more")));
        if (config.cache().capacity().asLongValue() <= 0) {
            problems.add(wrong("cache.capacity", config.cache().capacity().asLongValue(), "1 and more"));
        }
        if (config.segment().nonFiniteSteps() < 1) {
            problems.add(wrong("segment.non-finite-steps", config.segment().nonFiniteSteps(), "1 and more"));
        }
        String scheme = config.store().url().getScheme();
        if (!"http".equals(scheme) && !"https".equals(scheme)) {
            problems.add(wrong("store.url", config.store().url(), "an http or https URL"));
        }
        requirePositive(problems, "heartbeat.interval", config.heartbeat().interval());
        requirePositive(problems, "store.timeout", config.store().timeout());
        requirePositive(problems, "store.give-up-after", config.store().giveUpAfter());
        requirePositive(problems, "store.retry-delay", config.store().retryDelay());
        requirePositive(problems, "store.probe-interval", config.store().probeInterval());
        requirePositive(problems, "events.delivery-limit", config.events().deliveryLimit());
        requirePositive(problems, "events.silence-limit", config.events().silenceLimit());
        if (config.store().longestRetryDelay().compareTo(config.store().retryDelay()) < 0) {
            problems.add(wrong(
                    "store.longest-retry-delay",
                    config.store().longestRetryDelay(),
                    "at least store.retry-delay, " + config.store().retryDelay()));
        }
        if (config.drain().limit().isNegative()) {
            problems.add(wrong("drain.limit", config.drain().limit(), "0 and more"));
        }
        return problems;
    }

    private static void requirePositive(List<String> problems, String key, Duration value) {
        if (!value.isPositive()) {
            problems.add(wrong(key, value, "above 0"));
        }
    }

    private static String wrong(String key, Object found, String allowed) {
        return PREFIX + key + " is " + found + ", allowed: " + allowed;
    }
}
