package io.finemesh.e2e;

import io.finemesh.demo.DemoFiles;
import io.finemesh.local.Mesh;
import io.finemesh.local.MeshLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One mesh of real processes for all test classes, started when the first test asks for it: broker, object store and five services on free
 * ports, a collector of traces, a model and data sets that the demo's generator makes. Its state and logs stay in {@code target/mesh}.
 */
final class RunningMesh implements ParameterResolver {
    /** Key of the judge that the evaluators know as {@code e2e}. */
    static final String JUDGE_KEY = "a-key-that-nobody-may-see";

    /** What tests get as a parameter. */
    record Stage(Mesh mesh, OtlpCollector collector, GatewayCalls gateway, DemoFiles files) implements AutoCloseable {
        @Override
        public void close() {
            mesh.close();
            collector.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Stage.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(RunningMesh.class))
                .computeIfAbsent(Stage.class, key -> start(), Stage.class);
    }

    private static Stage start() {
        try {
            Path home = Path.of("target/mesh").toAbsolutePath();
            empty(home);
            OtlpCollector collector = new OtlpCollector();
            MeshLayout layout = MeshLayout.ofRepository(Path.of(System.getProperty("finemesh.root")))
                    .withHome(home)
                    .withFreePorts()
                    // Models of a few thousand parameters gain nothing from a second thread, and another module is
                    // tested beside this one.
                    .withSetting("OMP_NUM_THREADS", "1")
                    .withEnvironment("evaluator", "FINEMESH_EVALUATOR_REMOTE_SECRETS_E2E", JUDGE_KEY)
                    .withEnvironment("evaluator", "FINEMESH_EVALUATOR_REMOTE_HOSTS_E2E", "127.0.0.1, localhost")
                    .withEnvironment("evaluator", "FINEMESH_EVALUATOR_REMOTE_FIRST_PAUSE", "PT0.05S")
                    .withSetting("FINEMESH_OTLP_ENDPOINT", collector.endpoint().toString());
            Mesh mesh = Mesh.start(layout);
            mesh.awaitReady();
            GatewayCalls gateway = new GatewayCalls(mesh.gateway());
            DemoFiles files = DemoFiles.write(home.resolve("demo"), 11);
            return new Stage(mesh, collector, gateway, files);
        } catch (IOException failed) {
            throw new IllegalStateException("the mesh cannot be set up", failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the mesh started", interrupted);
        }
    }

    private static void empty(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (var files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
