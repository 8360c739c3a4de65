package io.finemesh.local.broker;

import java.nio.file.Path;
import java.util.Properties;

/**
 * Settings of a single node that is broker and controller at once.
 *
 * @param directory where records and cluster metadata are kept
 * @param port loopback port of clients
 * @param controllerPort loopback port of the metadata quorum, which has one voter
 */
public record BrokerSettings(Path directory, int port, int controllerPort) {
    static final int NODE_ID = 1;

    /** Fixed, so that a restart is the same cluster: base64url of the 16 bytes "finemesh-local-1". */
    static final String CLUSTER_ID = "ZmluZW1lc2gtbG9jYWwtMQ";

    static final String CONTROLLER_LISTENER = "CONTROLLER";

    private static final String LOOPBACK = "127.0.0.1";

    /** Address for {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return LOOPBACK + ":" + port;
    }

    Properties toProperties() {
        Properties properties = new Properties();
        // Who it is. The quorum's voter comes from here and not from the log, so a restart may use other ports.
        properties.setProperty("process.roles", "broker,controller");
        properties.setProperty("node.id", Integer.toString(NODE_ID));
        properties.setProperty("controller.quorum.voters", NODE_ID + "@" + LOOPBACK + ":" + controllerPort);
        properties.setProperty("controller.listener.names", CONTROLLER_LISTENER);
        properties.setProperty("inter.broker.listener.name", "CLIENT");
        properties.setProperty(
                "listeners",
                "CLIENT://" + LOOPBACK + ":" + port + "," + CONTROLLER_LISTENER + "://" + LOOPBACK + ":"
                        + controllerPort);
        properties.setProperty("advertised.listeners", "CLIENT://" + LOOPBACK + ":" + port);
        properties.setProperty("listener.security.protocol.map", "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        properties.setProperty("log.dirs", directory.toString());

        // One copy of everything: there is one node.
        properties.setProperty("default.replication.factor", "1");
        properties.setProperty("min.insync.replicas", "1");
        properties.setProperty("offsets.topic.replication.factor", "1");
        properties.setProperty("offsets.topic.num.partitions", "4");
        properties.setProperty("transaction.state.log.replication.factor", "1");
        properties.setProperty("transaction.state.log.min.isr", "1");
        properties.setProperty("transaction.state.log.num.partitions", "4");
        properties.setProperty("share.coordinator.state.topic.replication.factor", "1");
        properties.setProperty("share.coordinator.state.topic.min.isr", "1");
        properties.setProperty("share.coordinator.state.topic.num.partitions", "1");

        // Topics come from the contract's catalogue and from the scheduler's topologies, never from being used.
        properties.setProperty("auto.create.topics.enable", "false");
        properties.setProperty("num.partitions", "1");

        // A mesh that was switched off for a month continues where it stopped: offsets and producer ids stay ten years.
        properties.setProperty("offsets.retention.minutes", Integer.toString(10 * 365 * 24 * 60));
        properties.setProperty("transactional.id.expiration.ms", Integer.toString(Integer.MAX_VALUE));

        // Rebalances wait for nobody: every group has one member.
        properties.setProperty("group.initial.rebalance.delay.ms", "0");

        // A small footprint: a few threads, small segments and indexes, a cleaner that fits in the heap.
        properties.setProperty("num.network.threads", "2");
        properties.setProperty("num.io.threads", "4");
        properties.setProperty("background.threads", "2");
        properties.setProperty("num.recovery.threads.per.data.dir", "2");
        properties.setProperty("log.segment.bytes", Integer.toString(64 * 1024 * 1024));
        properties.setProperty("log.index.size.max.bytes", Integer.toString(1024 * 1024));
        properties.setProperty("log.cleaner.enable", "true");
        properties.setProperty("log.cleaner.threads", "1");
        properties.setProperty("log.cleaner.backoff.ms", "5000");
        properties.setProperty("log.cleaner.dedupe.buffer.size", Integer.toString(4 * 1024 * 1024));
        properties.setProperty("log.cleaner.io.buffer.size", Integer.toString(256 * 1024));
        return properties;
    }
}
