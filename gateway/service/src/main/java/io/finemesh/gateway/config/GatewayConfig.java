package io.finemesh.gateway.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.time.Duration;
import java.util.Map;

/** Settings of the gateway. */
@ConfigMapping(prefix = "finemesh.gateway")
public interface GatewayConfig {
    /** The checkpoint store. */
    Store store();

    /** The broker. */
    Kafka kafka();

    /** What is accepted as a run specification. */
    Submission submission();

    /** Server-sent events. */
    Events events();

    /** What is shown of trainers. */
    Trainers trainers();

    /** Pages of lists. */
    Pages pages();

    /** Telling the outside. */
    Webhooks webhooks();

    /** Telling the outside. */
    interface Webhooks {
        /** Secrets that sign what is sent, by the names that policies use. */
        Map<String, String> secrets();

        /** Longest wait for an answer; a receiver that takes longer should answer first and work then. */
        @WithDefault("10s")
        Duration timeout();

        /** How often one message is tried; eight with doubled pauses take four minutes. */
        @WithDefault("8")
        @Min(1)
        @Max(100)
        int attempts();

        /** Pause before the second attempt. */
        @WithDefault("2s")
        Duration firstPause();
    }

    /** The checkpoint store. */
    interface Store {
        /** Base URL of its HTTP interface. The default is where the embedded mesh puts it. */
        @WithDefault("${FINEMESH_STORE_URL:http://127.0.0.1:7402}")
        URI url();

        /** Longest wait for an answer to a question. Ten seconds is far more than a healthy store needs, so waiting longer helps nobody. */
        @WithDefault("10s")
        Duration timeout();

        /** Longest time one upload, import or export may take. Six hours carry 100 GB over a 40 Mbit/s line. */
        @WithDefault("6h")
        Duration transferTimeout();
    }

    /** The broker. */
    interface Kafka {
        /** Bootstrap servers, host:port separated by commas. The default is where the embedded mesh puts them. */
        @WithDefault("${kafka.bootstrap.servers:127.0.0.1:7410}")
        String bootstrapServers();

        /** Longest wait for the broker to take a command. After that the user is told to try again. */
        @WithDefault("10s")
        Duration sendTimeout();

        /** Longest wait of one poll; also how often the reading thread looks after everything else. */
        @WithDefault("200ms")
        Duration pollInterval();

        /** Pause between attempts while the broker is not there, and between looks at whether it still is. */
        @WithDefault("5s")
        Duration retryInterval();
    }

    /** What is accepted as a run specification. */
    interface Submission {
        /** Largest specification. One mebibyte is a hundred times the longest sensible one. */
        @WithDefault("1M")
        MemorySize maxBytes();
    }

    /** Server-sent events. */
    interface Events {
        /** Pause after which a comment is sent, so that connections are not taken for dead. Proxies commonly give up after 30 to 60 s. */
        @WithDefault("15s")
        Duration heartbeat();

        /**
         * How long the last event of a run is held back at most while records of other topics are still on their way. The gateway reads
         * all topics within one poll, so seconds are plenty.
         */
        @WithDefault("2s")
        Duration endGrace();

        /** Streams open at once; each costs a connection and a few kilobytes. */
        @WithDefault("200")
        @Min(1)
        int mostStreams();
    }

    /** What is shown of trainers. */
    interface Trainers {
        /** Silence after which a trainer is shown as silent: several times its heartbeat interval. */
        @WithDefault("10s")
        Duration silentAfter();
    }

    /** Pages of lists. */
    interface Pages {
        /** Runs on a page if the request does not say. */
        @WithDefault("50")
        @Min(1)
        @Max(1000)
        int runs();

        /** Steps on a page if the request does not say. */
        @WithDefault("1000")
        @Min(1)
        @Max(10000)
        int steps();
    }
}
