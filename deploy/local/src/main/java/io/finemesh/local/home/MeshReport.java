package io.finemesh.local.home;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a mesh says about itself in a file of its home, rewritten at each change.
 *
 * @param process the mesh's own process, which is also that of the broker and the object store
 * @param phase where the mesh as a whole is
 * @param gateway address of its HTTP interface
 * @param kafka address for {@code bootstrap.servers}
 * @param storage address of the object store
 */
public record MeshReport(
        ProcessIdentity process,
        Phase phase,
        String gateway,
        String kafka,
        String storage,
        List<Component> components) {
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** Where the mesh as a whole is. */
    public enum Phase {
        STARTING,
        UP,
        STOPPING
    }

    /** Where one component is. */
    public enum State {
        WAITING,
        STARTING,
        READY,
        NOT_READY,
        RESTARTING,
        STOPPING,
        STOPPED,
        FAILED
    }

    /**
     * One component.
     *
     * @param process absent while it has none
     * @param since when its state began, ISO 8601
     * @param address where it listens
     * @param detail what a person may want to know about the state
     */
    public record Component(
            String name, State state, ProcessIdentity process, String since, String address, String detail) {}

    /**
     * A process that cannot be mistaken for a later one with the same id.
     *
     * @param startedAt when it began, ISO 8601
     */
    public record ProcessIdentity(long pid, String startedAt) {
        /** The system counts a start from its own start, which drifts when clocks are set. */
        private static final Duration DRIFT = Duration.ofSeconds(3);

        public static ProcessIdentity of(ProcessHandle process) {
            return new ProcessIdentity(
                    process.pid(),
                    process.info().startInstant().orElse(Instant.EPOCH).toString());
        }

        /** The process, if it still runs. */
        public Optional<ProcessHandle> find() {
            return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).filter(process -> {
                Instant start = process.info().startInstant().orElse(Instant.EPOCH);
                return Duration.between(Instant.parse(startedAt), start).abs().compareTo(DRIFT) <= 0;
            });
        }
    }

    /** What the home's last mesh wrote; it may have been killed since. Empty when there is none, or none that can be read. */
    public static Optional<MeshReport> read(MeshHome home) {
        try {
            return Optional.of(JSON.readValue(Files.readAllBytes(home.report()), MeshReport.class));
        } catch (IOException noneOrUnreadable) {
            return Optional.empty();
        }
    }

    /** The report of a mesh that runs at this moment. */
    public static Optional<MeshReport> ofRunning(MeshHome home) {
        return read(home).filter(report -> report.process().find().isPresent());
    }

    public boolean allReady() {
        return components.stream().allMatch(component -> component.state() == State.READY);
    }

    /** Where the mesh is, in words: it is up when every component is ready. */
    public String words() {
        return switch (phase) {
            case STARTING -> "starting";
            case STOPPING -> "stopping";
            case UP -> allReady() ? "up" : "running, but not all of it is ready";
        };
    }

    public String toJson() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("A report of strings and numbers is not JSON?", impossible);
        }
    }

    /** Replaces the home's report, whole. */
    public void write(MeshHome home) throws IOException {
        Path beside = home.directory().resolve("mesh.json.new");
        Files.writeString(beside, toJson());
        Files.move(beside, home.report(), StandardCopyOption.ATOMIC_MOVE);
        Files.writeString(home.gatewayAddress(), gateway + "\n");
    }

    /** The mesh ends: what it said no longer holds. */
    public static void remove(MeshHome home) throws IOException {
        Files.deleteIfExists(home.report());
        Files.deleteIfExists(home.gatewayAddress());
    }
}
