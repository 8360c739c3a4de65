package io.finemesh.trainer.config;

import io.finemesh.engine.tensor.DevicePreference;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Settings of a trainer process, bound from {@code finemesh.trainer.*}. */
@ConfigMapping(prefix = "finemesh.trainer")
public interface TrainerConfig {

    /** Name of this trainer among all; kept across restarts, so that a restarted trainer takes the place of its former life. */
    @WithDefault("trainer-0")
    String id();

    /** Directory of the blob cache. Losing it costs downloads only. */
    @WithDefault(".finemesh/gpu-trainer")
    Path dataDirectory();

    /** The arithmetic. */
    Device device();

    /** What runs may use. */
    Memory memory();

    /** Signs of life. */
    Heartbeat heartbeat();

    /** The checkpoint store. */
    Store store();

    /** Objects kept on this machine. */
    Cache cache();

    /** Executing segments. */
    Segment segment();

    /** Leaving in order. */
    Drain drain();

    /** Talking to the broker. */
    Events events();

    /** The arithmetic. */
    interface Device {
        /**
         * Threads that share one tensor operation. A result is bit-identical only with the same number, so the default is 2 on every
         * machine instead of what it has; {@code OMP_NUM_THREADS} must be the same.
         */
        @WithDefault("2")
        int threads();

        /** Where tensors live: {@code cpu}, {@code cuda}, {@code cuda:N}, or {@code auto} for the first CUDA device where there is one. */
        @WithDefault("cpu")
        @WithConverter(DevicePreferenceConverter.class)
        DevicePreference name();
    }

    /** What runs may use. */
    interface Memory {
        /** Memory that runs may use, such as {@code 6G}; without it, a fraction of the device's memory. */
        Optional<MemorySize> budget();

        /** Fraction of the device's memory that runs may use when no budget is set; the rest is for the system and its file cache. */
        @WithDefault("0.8")
        double budgetFraction();
    }

    /** Signs of life. */
    interface Heartbeat {
        /** Time between two heartbeats; the scheduler takes leases away after a multiple of it. */
        @WithDefault("1s")
        Duration interval();
    }

    /** The checkpoint store. */
    interface Store {
        /** Base URL of the checkpoint store. */
        @WithDefault("http://127.0.0.1:7402")
        URI url();

        /** Longest wait for an answer of the store; transfers of objects are given ten times as long. */
        @WithDefault("10s")
        Duration timeout();

        /** How long the store may stay away before a segment is given up; longer than a restart of the store takes. */
        @WithDefault("2m")
        Duration giveUpAfter();

        /** Pause before the first repetition of a failed call; doubled before each further one. */
        @WithDefault("250ms")
        Duration retryDelay();

        /** Longest pause between repetitions. */
        @WithDefault("5s")
        Duration longestRetryDelay();

        /** Time between two checks whether the store is there. */
        @WithDefault("5s")
        Duration probeInterval();
    }

    /** Objects kept on this machine. */
    interface Cache {
        /** Disk space for base checkpoints, data sets and results on their way; must hold the largest checkpoint twice. */
        @WithDefault("8G")
        MemorySize capacity();

        /** Digest an object left by an earlier process before its first use. Off, because objects are written durably. */
        @WithDefault("false")
        boolean verifyExisting();
    }

    /** Executing segments. */
    interface Segment {
        /** So many skipped steps in a row, for a loss or gradient that is no number, end the run; a few recover by themselves. */
        @WithDefault("10")
        int nonFiniteSteps();
    }

    /** Leaving in order. */
    interface Drain {
        /** How long uploads of finished segments may go on after SIGTERM; below the supervisor's patience before SIGKILL. */
        @WithDefault("20s")
        Duration limit();
    }

    /** Talking to the broker. */
    interface Events {
        /** How long an event may wait for the broker before its segment is given up; longer than a restart of the broker takes. */
        @WithDefault("5m")
        Duration deliveryLimit();

        /** Longest silence of the broker that still counts as being connected. */
        @WithDefault("10s")
        Duration silenceLimit();
    }
}
