package io.finemesh.local.ports;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * The mesh's ports: services from the base on, then the broker, its controller and the object store. All move together.
 *
 * @param base port of the first service
 */
public record PortPlan(int base) {
    public static final int DEFAULT_BASE = 7400;

    private static final int KAFKA = 10;
    private static final int KAFKA_CONTROLLER = 11;
    private static final int STORAGE = 12;
    private static final int SPAN = 13;
    private static final int HIGHEST_BASE = 65535 - SPAN;
    private static final int TRIES = 200;

    public PortPlan {
        if (base < 1024 || base > HIGHEST_BASE) {
            throw new IllegalArgumentException(
                    "The first port must lie between 1024 and " + HIGHEST_BASE + "; found " + base);
        }
    }

    /**
     * A plan whose ports are all free at the moment, below the range that systems take outgoing ports from.
     *
     * @throws IllegalStateException when none was found
     */
    public static PortPlan free(RandomGenerator random) {
        for (int i = 0; i < TRIES; i++) {
            PortPlan plan = new PortPlan(random.nextInt(15_000, 32_000 - SPAN));
            if (IntStream.range(0, SPAN).allMatch(offset -> isFree(plan.base + offset))) {
                return plan;
            }
        }
        throw new IllegalStateException("No " + SPAN + " free ports in a row were found between 15000 and 32000");
    }

    /** @param offset place in the table of services, from 0 */
    public int service(int offset) {
        if (offset < 0 || offset >= KAFKA) {
            throw new IllegalArgumentException(
                    "A service's offset lies between 0 and " + (KAFKA - 1) + "; found " + offset);
        }
        return base + offset;
    }

    public int kafka() {
        return base + KAFKA;
    }

    public int kafkaController() {
        return base + KAFKA_CONTROLLER;
    }

    public int storage() {
        return base + STORAGE;
    }

    /** One sentence for each of these ports that is taken: which, what for, and by whom. */
    public static List<String> conflicts(List<Use> uses) {
        return uses.stream()
                .filter(use -> !isFree(use.port()))
                .map(use -> "port " + use.port() + " (" + use.purpose() + ") is held by "
                        + PortOwner.of(use.port()).map(Object::toString).orElse("a process that this user may not see"))
                .toList();
    }

    /** A port and what it is wanted for. */
    public record Use(int port, String purpose) {}

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            // A port whose last connections are still winding down is free.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
