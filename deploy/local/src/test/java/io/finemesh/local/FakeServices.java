package io.finemesh.local;

import io.finemesh.local.process.FakeService;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Layouts whose services are {@link FakeService}s: the mesh around them is the real one. */
final class FakeServices {
    private static final List<String> NAMES =
            List.of("gateway", "scheduler", "checkpoint-store", "gpu-trainer", "evaluator");

    private FakeServices() {}

    static MeshLayout layout(Path folder) {
        return MeshLayout.ofRepository(folder)
                .withHome(folder.resolve("home"))
                .withFreePorts()
                .withServices(NAMES.stream()
                        .map(name -> definition(name, folder.resolve("journal")))
                        .toList());
    }

    static ServiceDefinition definition(String name, Path journal) {
        return new ServiceDefinition(
                name,
                NAMES.indexOf(name),
                Optional.empty(),
                List.of(
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx32m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FakeService.class.getName(),
                        name),
                name.equals("checkpoint-store") ? ServiceDefinition.Kind.STORAGE_HOLDER : ServiceDefinition.Kind.PLAIN,
                Map.of(FakeService.JOURNAL, journal.toString()));
    }
}
