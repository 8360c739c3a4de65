package io.finemesh.evaluator.config;

import io.finemesh.engine.tensor.DevicePreference;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Settings of the evaluator. */
@ConfigMapping(prefix = "finemesh.evaluator")
public interface EvaluatorConfig {
    /** Name of this evaluator in events and logs; two evaluators need two names. */
    @WithDefault("evaluator-0")
    String id();

    /** Folder of the object cache and of finished results, kept over restarts so that nothing is fetched or scored twice. */
    @WithDefault(".finemesh/data/evaluator")
    Path dataDirectory();

    /** Threads that compute; 2 because a trainer usually shares the machine. Scores do not depend on it beyond rounding. */
    @WithDefault("2")
    int threads();

    /** Where tensors live: {@code cpu}, {@code cuda}, {@code cuda:N}, or {@code auto} for the first CUDA device where there is one. */
    @WithDefault("cpu")
    @WithConverter(DevicePreferenceConverter.class)
    DevicePreference device();

    /** Sequences generated together; memory grows with it, scores do not change. */
    @WithDefault("64")
    int generationBatch();

    /** Tokens computed together for the held-out loss; memory grows with it. */
    @WithDefault("4096")
    int tokensPerRow();

    /**
     * Questions that are handed out together, the same on every evaluator: the unit in which an evaluation is spread and in which work is lost when an evaluator does not come back. 64 fill one batch of
     * generation.
     */
    @WithDefault("64")
    int rangeSamples();

    /** Bytes that the object cache may hold before the least recently used are dropped; two 8-billion-parameter models in bf16. */
    @WithDefault("34359738368")
    long cacheBytes();

    /** The checkpoint store. */
    Store store();

    /** Remote servers that write answers in the engine's place. */
    Remote remote();

    /** How remote servers are asked. */
    interface Remote {
        /** Keys, by the names that evaluations use; what is asked names a secret, never the key itself. */
        Map<String, String> secrets();

        /**
         * Where each secret may be sent: hosts, separated by commas, by the name of the secret. Whoever submits an evaluation names an address and a secret; without
         * this, a key would go wherever it is asked to.
         */
        Map<String, String> hosts();

        /** Questions that are asked at the same time. */
        @WithDefault("8")
        int atOnce();

        /** How often a question is asked before the evaluation fails. */
        @WithDefault("6")
        int attempts();

        /** Pause before the second attempt; doubled for each further one. */
        @WithDefault("1s")
        Duration firstPause();

        /** Requests that a judge may be sent for one evaluation, attempts counted each: a ceiling over what evaluations ask for, and a bound on what a mistake costs. The same on every evaluator. */
        @WithDefault("10000")
        long judgeRequests();

        /** Tokens that a judge may use for one evaluation, as its server counts them. */
        @WithDefault("10000000")
        long judgeTokens();

        /** Longest wait for one answer. */
        @WithDefault("10m")
        Duration timeout();
    }

    /** How to reach the checkpoint store. */
    interface Store {
        /** Base URL. */
        @WithDefault("http://127.0.0.1:7402")
        URI url();

        /** Longest wait for an answer before it counts as none. */
        @WithDefault("30s")
        Duration timeout();

        /** How long a checkpoint that cannot be fetched is tried again before the evaluation fails; long enough for a store's restart. */
        @WithDefault("5m")
        Duration patience();
    }
}
