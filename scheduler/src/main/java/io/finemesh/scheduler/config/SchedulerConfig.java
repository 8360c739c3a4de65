package io.finemesh.scheduler.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;

/** Settings of the scheduler; each can be given as an environment variable too ({@code FINEMESH_SCHEDULER_LEASE_SILENCE}). */
@ConfigMapping(prefix = "finemesh.scheduler")
public interface SchedulerConfig {
    /** Folder of local state. It is rebuilt from Kafka when it is lost; keeping it makes a restart faster. */
    @WithDefault("${FINEMESH_DATA_DIR:.finemesh/data/scheduler}")
    Path dataDirectory();

    /** The Kafka Streams application. */
    Streams streams();

    /** When a trainer loses its segment. */
    Lease lease();

    /** Who gets a trainer, and how long who waits. */
    Placement placement();

    /** How often a segment is tried again. */
    Retry retry();

    /** Kafka Streams. */
    interface Streams {
        /** Name of the consumer group, of transactions and of internal topics. All schedulers of one mesh have the same. */
        @WithDefault("finemesh-scheduler")
        String applicationId();

        /** Tells this scheduler from others of the same mesh, so that one that comes back takes up its own work at once. */
        @WithDefault("scheduler-0")
        String instanceId();

        /**
         * Threads that decide. One is enough for hundreds of runs; at most four have work to do, one for each partition of
         * runs, one for placement and one for triggers.
         */
        @WithDefault("1")
        int threads();

        /** How long a thread waits for records before it looks at its other duties. Every hop of a decision waits for it about once. */
        @WithDefault("20ms")
        Duration poll();

        /** How often decisions become visible to others; a transaction is committed that often while there is work. */
        @WithDefault("10ms")
        Duration commitInterval();

        /** Copies of each internal topic. 1 because the embedded mesh has one broker; 3 on a cluster. */
        @WithDefault("1")
        int replicationFactor();

        /** A scheduler that Kafka has not heard of for longer is replaced by another one, where there is one. */
        @WithDefault("10s")
        Duration sessionTimeout();

        /**
         * How often the silence of trainers and the rest of runs are looked at. Kafka Streams ends each look with a transaction in every task, so
         * looks that are frequent cost more than all decisions together.
         */
        @WithDefault("1s")
        Duration watchInterval();

        /**
         * Pause between looks whether Kafka answers and has its topics, at start and ever after; also the longest pause before a failed thread is
         * replaced.
         */
        @WithDefault("5s")
        Duration retryInterval();

        /** A Kafka that has not answered a look for so long counts as away. */
        @WithDefault("5s")
        Duration answerTimeout();

        /** How long a shutdown may take. */
        @WithDefault("10s")
        Duration closeTimeout();
    }

    /** Leases. */
    interface Lease {
        /** A trainer that was not heard of for longer loses its segment. Ten heartbeats of one second each. */
        @WithDefault("10s")
        Duration silence();

        /**
         * A trainer whose heartbeats do not show the segment it was given for longer is told again; one that has shown it and then shows
         * neither it nor its upload for longer loses it.
         */
        @WithDefault("10s")
        Duration confirmation();

        /** How often it is told again before the segment goes to another trainer. */
        @WithDefault("3")
        int repeats();
    }

    /** Placement. */
    interface Placement {
        /** A run keeps its trainer from segment to segment until another run has waited longer than this. */
        @WithDefault("2m")
        Duration preference();

        /** A new run that no trainer heard of lately could hold is given up after this time; long enough for trainers that start with the mesh. */
        @WithDefault("5s")
        Duration impossibleAfter();
    }

    /** Retries. */
    interface Retry {
        /** Retries without a commit in between of a segment that fails by itself. */
        @WithDefault("3")
        int failures();

        /** Retries without a commit in between of a segment whose trainer, disk or connection was lost. */
        @WithDefault("10")
        int interruptions();

        /** Rest before the second retry in a row; the first is at once, and each further rest is twice as long. */
        @WithDefault("1s")
        Duration firstRest();

        /** No rest is longer. */
        @WithDefault("30s")
        Duration longestRest();

        /**
         * A store that has not said for so long what became of an uploaded result counts as unreachable, and the result is trained again. Far
         * longer than it takes to verify the largest checkpoint, and than a store takes to be started again.
         */
        @WithDefault("15m")
        Duration verdictPatience();

        /**
         * An evaluation that has not ended so long after it was asked for counts as failed, when nothing but evaluations keeps its run from its
         * end: it is asked for once more, and then the run ends without the score.
         */
        @WithDefault("6h")
        Duration evaluationPatience();
    }

    /** Address of the brokers. */
    @WithDefault("${KAFKA_BOOTSTRAP_SERVERS:127.0.0.1:7410}")
    String bootstrapServers();
}
