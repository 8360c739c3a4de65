package io.finemesh.local.process;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A process that behaves like a service as far as its supervisor can tell: it answers the readiness question on its port, says what
 * it was given, and ends on request. Its environment chooses what goes wrong.
 */
public final class FakeService {
    /** File that each start and each orderly end adds a line to. */
    public static final String JOURNAL = "FAKE_JOURNAL";

    /** Exit status with which it ends at once, instead of serving. */
    public static final String CRASH = "FAKE_CRASH";

    /** Any value: it ignores SIGTERM. */
    public static final String STUBBORN = "FAKE_STUBBORN";

    /** Any value: it never says that it is ready. */
    public static final String NEVER_READY = "FAKE_NEVER_READY";

    private FakeService() {}

    public static void main(String[] arguments) throws Exception {
        // Run from a jar it has no arguments, and is called what its working folder is called.
        String name = arguments.length > 0
                ? arguments[0]
                : Path.of("").toAbsolutePath().getFileName().toString();
        System.out.println(name + " starts");
        write("start " + name);
        if (System.getenv(CRASH) != null) {
            System.out.println("cannot read the model: no such file");
            System.exit(Integer.parseInt(System.getenv(CRASH)));
        }
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            awaitForeverIfStubborn();
            write("end " + name);
        }));
        HttpServer server = HttpServer.create(
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), Integer.parseInt(System.getenv("QUARKUS_HTTP_PORT"))),
                0);
        server.createContext("/q/health/ready", exchange -> {
            exchange.sendResponseHeaders(System.getenv(NEVER_READY) == null ? 200 : 503, -1);
            exchange.close();
        });
        server.createContext("/environment", exchange -> {
            String variable = exchange.getRequestURI().getQuery();
            byte[] value = String.valueOf(System.getenv(variable)).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, value.length);
            exchange.getResponseBody().write(value);
            exchange.close();
        });
        server.start();
    }

    private static void awaitForeverIfStubborn() {
        try {
            while (System.getenv(STUBBORN) != null) {
                Thread.sleep(Long.MAX_VALUE);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void write(String line) {
        String journal = System.getenv(JOURNAL);
        if (journal == null) {
            return;
        }
        try {
            Files.writeString(Path.of(journal), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
