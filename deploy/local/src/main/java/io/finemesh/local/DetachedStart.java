package io.finemesh.local;

import io.finemesh.local.home.MeshReport;
import io.finemesh.local.home.MeshReport.Phase;
import io.finemesh.local.process.Launch;
import io.finemesh.local.process.LogFile;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Starts the mesh as a process of its own, shows what it prints until it is ready, and leaves it running. */
final class DetachedStart {
    private final MeshLayout layout;
    private final boolean fresh;
    private final OptionalInt portBase;
    private final Clock clock;
    private final PrintWriter out;

    DetachedStart(MeshLayout layout, boolean fresh, OptionalInt portBase, Clock clock, PrintWriter out) {
        this.layout = layout;
        this.fresh = fresh;
        this.portBase = portBase;
        this.clock = clock;
        this.out = out;
    }

    /** Exit status: 0 when it is ready, otherwise that of the mesh's process. */
    int run() throws IOException, InterruptedException {
        // Beside the home's own logs: a fresh start deletes those while this one is being written.
        LogFile console = new LogFile(layout.home().directory().resolve("console.log"));
        Instant begin = clock.instant();
        Files.createDirectories(layout.home().directory());
        Files.deleteIfExists(console.path());
        Process mesh = new ProcessBuilder(Launch.detached(command()))
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(console.path().toFile())
                .start();
        // A Ctrl-C while waiting stops what was being started.
        Thread stop = Thread.ofPlatform().unstarted(mesh::destroy);
        Runtime.getRuntime().addShutdownHook(stop);
        console.follow(new WriterStream(out), true, () -> !mesh.isAlive() || isUp(mesh));
        if (!mesh.isAlive()) {
            return mesh.exitValue();
        }
        Runtime.getRuntime().removeShutdownHook(stop);
        UpCommand.printWhereToLook(out, layout, begin, clock.instant());
        out.println("It runs in the background; ./finemesh down stops it.");
        return 0;
    }

    private boolean isUp(Process mesh) {
        return MeshReport.ofRunning(layout.home())
                .filter(report -> report.process().pid() == mesh.pid())
                .filter(report -> report.phase() == Phase.UP)
                .isPresent();
    }

    private List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), "up", "--background"));
        if (fresh) {
            command.add("--fresh");
        }
        portBase.ifPresent(base -> command.addAll(List.of("--port-base", Integer.toString(base))));
        return command;
    }

    /** Bytes of a log to where people read. */
    private static final class WriterStream extends OutputStream {
        private final PrintWriter writer;

        WriterStream(PrintWriter writer) {
            this.writer = writer;
        }

        @Override
        public void write(int oneByte) {
            write(new byte[] {(byte) oneByte}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            writer.print(new String(bytes, offset, length, StandardCharsets.UTF_8));
            writer.flush();
        }
    }
}
