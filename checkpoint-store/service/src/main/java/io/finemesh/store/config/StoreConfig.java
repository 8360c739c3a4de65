package io.finemesh.store.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Every setting of the checkpoint store. */
@ConfigMapping(prefix = "finemesh.checkpoint-store")
public interface StoreConfig {
    /** Local directory for unpacked uploads and exports under way; nothing in it outlives a request. Set by FINEMESH_DATA_DIR. */
    @WithDefault(".finemesh/checkpoint-store")
    Path dataDirectory();

    /** Object storage. */
    ObjectStorageConfig s3();

    /** Imports of models. */
    ModelConfig models();

    /** Uploads of data sets. */
    DatasetConfig datasets();

    /** Kafka topics of others that become rows. */
    ConnectorConfig connectors();

    /** Commits of segments. */
    CommitConfig commits();

    /** Sending of events. */
    EventConfig events();

    /** Watching of object storage and broker. */
    WatchConfig watch();

    /** Object storage. */
    interface ObjectStorageConfig {
        /** Base URL of the S3 server as the store reaches it; the embedded mesh's port by default. Set by FINEMESH_S3_ENDPOINT. */
        @WithDefault("http://127.0.0.1:7411")
        URI endpoint();

        /** Base URL of the S3 server in presigned URLs; the same one unless trainers see the server under another name. */
        Optional<URI> linkEndpoint();

        /** Region that requests are signed for; most servers other than AWS take any. Set by FINEMESH_S3_REGION. */
        @WithDefault("us-east-1")
        String region();

        /** Bucket that holds everything; it must exist. Set by FINEMESH_S3_BUCKET. */
        @WithDefault("finemesh")
        String bucket();

        /** Access key; there is no default, because no two installations share one. Set by FINEMESH_S3_ACCESS_KEY. */
        String accessKey();

        /** Secret key; there is no default. Set by FINEMESH_S3_SECRET_KEY. */
        String secretKey();

        /** Longest wait for a connection; short, because a server that is there answers at once. */
        @WithDefault("5s")
        Duration connectTimeout();

        /** Longest silence of an open connection; long enough for a server that writes an object to a slow disk. */
        @WithDefault("60s")
        Duration answerTimeout();

        /** How long presigned URLs are good for; an upload or download must begin within it. */
        @WithDefault("1h")
        Duration linkValidity();
    }

    /** Imports of models. */
    interface ModelConfig {
        /** Bytes of all members of an uploaded archive; as large as the largest model that fits the mesh's purpose. */
        @WithDefault("256G")
        MemorySize largestArchive();

        /** Bytes of one file that is not weights; tokenizers of 150,000 words have about 20 MiB. */
        @WithDefault("128M")
        MemorySize largestFile();

        /** Directories below which an import by path may read; unset allows any, since the service listens on loopback by default. */
        Optional<List<Path>> importDirectories();
    }

    /** Uploads of data sets. */
    interface DatasetConfig {
        /** Bytes of the longest row that is taken; longer ones are dropped and counted. */
        @WithDefault("8M")
        MemorySize longestLine();

        /** Bytes of the normalised rows of one data set; S3 takes no larger object in one request. */
        @WithDefault("5G")
        MemorySize largest();
    }

    /** Kafka topics of others that become rows. */
    interface ConnectorConfig {
        /** Records of one slice at most; a data set of a million records is then a thousand slices. */
        @WithDefault("1000")
        int batchRecords();

        /** Bytes of one slice's records from which on it is committed; they are held in memory until then. */
        @WithDefault("16M")
        MemorySize batchBytes();

        /** How long the first record of a slice waits for others; short beside a training run, long beside a record. */
        @WithDefault("1s")
        Duration linger();

        /** Rest after a failure, and between looks for new partitions and for topics that are not there yet. */
        @WithDefault("5s")
        Duration pause();
    }

    /** Commits of segments. */
    interface CommitConfig {
        /** Results verified at the same time; each reads and hashes a whole segment's objects. */
        @WithDefault("2")
        int parallel();

        /** Wait after the first failure of storage or broker; doubles with each further one. */
        @WithDefault("250ms")
        Duration firstPause();

        /** Longest such wait; short enough to go on soon after an outage of a minute. */
        @WithDefault("10s")
        Duration longestPause();

        /** How long a result waits for its base to be committed; results of a run come in order, so a base is rarely late. */
        @WithDefault("60s")
        Duration basePatience();

        /** Attempts at a result that fails in a way nobody foresaw, before it is refused. */
        @WithDefault("5")
        int unexpectedAttempts();
    }

    /** Sending of events. */
    interface EventConfig {
        /** Longest wait for the broker to confirm an event; a request that waits for it is answered 503 after this. */
        @WithDefault("20s")
        Duration timeout();
    }

    /** Watching of object storage and broker. */
    interface WatchConfig {
        /** Time between two looks; readiness is at most this old. */
        @WithDefault("2s")
        Duration interval();

        /** Longest wait for one answer. */
        @WithDefault("3s")
        Duration timeout();
    }
}
