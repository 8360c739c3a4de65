package io.finemesh.local.home;

import io.finemesh.local.home.MeshReport.Component;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Services that outlived their mesh because it was killed: they still hold their ports. */
public final class Leftovers {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private Leftovers() {}

    /** Names and processes of services that the home's last mesh started and that still run, if that mesh itself is gone. */
    public static List<Leftover> of(MeshHome home) {
        return MeshReport.read(home)
                .filter(report -> report.process().find().isEmpty())
                .map(report -> report.components().stream()
                        .filter(component -> component.process() != null)
                        .filter(component ->
                                component.process().pid() != report.process().pid())
                        .flatMap(Leftovers::running)
                        .toList())
                .orElse(List.of());
    }

    /** A service without a mesh. */
    public record Leftover(String name, ProcessHandle process) {
        /** Asks it to end, and makes it end. */
        public void stop() throws InterruptedException {
            process.destroy();
            try {
                process.onExit().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException | ExecutionException tooSlow) {
                process.destroyForcibly();
            }
        }
    }

    private static Stream<Leftover> running(Component component) {
        Optional<ProcessHandle> process = component.process().find();
        return process.map(handle -> new Leftover(component.name(), handle)).stream();
    }
}
