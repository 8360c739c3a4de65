package io.finemesh.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.finemesh.local.storage.StorageCredentials;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceEnvironmentTest {
    private static final StorageCredentials CREDENTIALS = new StorageCredentials("key", "secret");

    @TempDir
    Path root;

    @Test
    void everyServiceIsToldWhereThingsAre() {
        MeshLayout layout = layout(Map.of()).withPortBase(8000);

        assertThat(of("scheduler", layout))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "QUARKUS_HTTP_HOST", "127.0.0.1",
                        "QUARKUS_HTTP_PORT", "8001",
                        "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:8010",
                        "FINEMESH_STORE_URL", "http://127.0.0.1:8002",
                        "FINEMESH_DATA_DIR",
                                root.resolve(".finemesh/data/scheduler").toString(),
                        "QUARKUS_OTEL_SDK_DISABLED", "true"));
    }

    @Test
    void onlyTheCheckpointStoreHoldsTheCredentials() {
        MeshLayout layout = layout(Map.of());

        assertThat(of("checkpoint-store", layout))
                .containsEntry("FINEMESH_S3_ENDPOINT", "http://127.0.0.1:7412")
                .containsEntry("FINEMESH_S3_BUCKET", "finemesh")
                .containsEntry("FINEMESH_S3_REGION", "us-east-1")
                .containsEntry("FINEMESH_S3_ACCESS_KEY", "key")
                .containsEntry("FINEMESH_S3_SECRET_KEY", "secret");
        for (String other : List.of("gateway", "scheduler", "gpu-trainer", "evaluator")) {
            assertThat(of(other, layout).keySet()).noneMatch(name -> name.contains("S3"));
            assertThat(of(other, layout).values()).doesNotContain("secret");
        }
    }

    @Test
    void aTraceEndpointTurnsTracingOnEverywhere() {
        MeshLayout layout = layout(Map.of("FINEMESH_OTLP_ENDPOINT", "http://127.0.0.1:4318"));

        for (String service : List.of("gateway", "scheduler", "checkpoint-store", "gpu-trainer", "evaluator")) {
            assertThat(of(service, layout))
                    .containsEntry("FINEMESH_OTLP_ENDPOINT", "http://127.0.0.1:4318")
                    .containsEntry("QUARKUS_OTEL_SDK_DISABLED", "false")
                    .containsEntry("QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
                    .containsEntry("QUARKUS_OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        }
    }

    @Test
    void theFastLibraryComesFirstWhereItWasUnpacked() throws Exception {
        MeshLayout layout = layout(Map.of("LD_LIBRARY_PATH", "/opt/driver"));
        assertThat(of("gpu-trainer", layout)).doesNotContainKey("LD_LIBRARY_PATH");

        Path library = Files.createDirectories(root.resolve("gpu-trainer/engine/target/libtorch-mkl"));
        assertThat(of("gpu-trainer", layout)).containsEntry("LD_LIBRARY_PATH", library + ":/opt/driver");
        assertThat(of("evaluator", layout)).containsEntry("LD_LIBRARY_PATH", library + ":/opt/driver");
        assertThat(of("gateway", layout)).doesNotContainKey("LD_LIBRARY_PATH");
        assertThat(of("gpu-trainer", layout(Map.of()))).containsEntry("LD_LIBRARY_PATH", library.toString());
    }

    @Test
    void whatComputesIsToldTheDeviceAndOnlyOnTheProcessorGetsTheFastLibrary() throws Exception {
        Files.createDirectories(root.resolve("gpu-trainer/engine/target/libtorch-mkl"));

        for (String none : List.of("", " ", "cpu")) {
            assertThat(of("gpu-trainer", layout(Map.of("FINEMESH_DEVICE", none))))
                    .containsEntry("FINEMESH_TRAINER_DEVICE_NAME", "cpu")
                    .containsKey("LD_LIBRARY_PATH");
        }
        assertThat(of("evaluator", layout(Map.of()))).containsEntry("FINEMESH_EVALUATOR_DEVICE", "cpu");
        for (String device : List.of("cuda", "cuda:1", "auto")) {
            MeshLayout layout = layout(Map.of("FINEMESH_DEVICE", device));
            assertThat(of("gpu-trainer", layout))
                    .containsEntry("FINEMESH_TRAINER_DEVICE_NAME", device)
                    .containsEntry("OPENBLAS_NUM_THREADS", "2")
                    .doesNotContainKey("LD_LIBRARY_PATH");
            assertThat(of("evaluator", layout))
                    .containsEntry("FINEMESH_EVALUATOR_DEVICE", device)
                    .doesNotContainKey("LD_LIBRARY_PATH");
            assertThat(of("gateway", layout).values()).doesNotContain(device);
        }
    }

    @Test
    void threadsAndInstructionSetArePinnedUnlessAPersonPinnedThem() throws Exception {
        assertThat(of("gpu-trainer", layout(Map.of())))
                .containsEntry("OMP_NUM_THREADS", "2")
                .containsEntry("OPENBLAS_NUM_THREADS", "2")
                .containsEntry("MKL_DYNAMIC", "FALSE")
                .containsEntry("MKL_CBWR", "AVX2")
                .containsEntry("FINEMESH_TRAINER_DEVICE_THREADS", "2")
                .containsEntry("FINEMESH_TRAINER_ID", "trainer-0");

        Files.createDirectories(root.resolve("gpu-trainer/engine/target/libtorch-mkl"));
        assertThat(of("evaluator", layout(Map.of("OMP_NUM_THREADS", "4", "MKL_CBWR", "COMPATIBLE"))))
                .containsEntry("OMP_NUM_THREADS", "4")
                .containsEntry("OPENBLAS_NUM_THREADS", "1")
                .containsEntry("MKL_CBWR", "COMPATIBLE")
                .containsEntry("FINEMESH_EVALUATOR_THREADS", "4")
                .containsEntry("FINEMESH_EVALUATOR_ID", "evaluator-0");
    }

    @Test
    void threadsThatAreNoNumberAreShown() {
        for (String wrong : List.of("many", "0", "-1", "2,1")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> of("gpu-trainer", layout(Map.of("OMP_NUM_THREADS", wrong))))
                    .withMessageContaining("OMP_NUM_THREADS")
                    .withMessageContaining("\"" + wrong + "\"");
        }
    }

    @Test
    void whatATestAsksForWins() {
        MeshLayout layout = layout(Map.of())
                .withEnvironment("gateway", "QUARKUS_HTTP_PORT", "9")
                .withEnvironment("gateway", "X", "y");

        assertThat(of("gateway", layout))
                .containsEntry("QUARKUS_HTTP_PORT", "9")
                .containsEntry("X", "y");
        assertThat(of("scheduler", layout)).doesNotContainKey("X");
    }

    @Test
    void servicesThatComputeMayLoadNativeCode() {
        for (ServiceDefinition service : ServiceDefinition.all(root)) {
            assertThat(service.javaArguments().contains("--enable-native-access=ALL-UNNAMED"))
                    .as(service.name())
                    .isEqualTo(service.name().equals("gpu-trainer")
                            || service.name().equals("evaluator"));
            assertThat(service.javaArguments()).anyMatch(argument -> argument.startsWith("-Xmx"));
        }
    }

    @Test
    void copiesOfTensorsMayBeAsLargeAsTheMachine() {
        ServiceDefinition trainer = ServiceDefinition.all(root).stream()
                .filter(service -> service.name().equals("gpu-trainer"))
                .findFirst()
                .orElseThrow();
        String prefix = "-XX:MaxDirectMemorySize=";

        assertThat(trainer.javaArguments())
                .filteredOn(argument -> argument.startsWith(prefix))
                .singleElement()
                .satisfies(argument -> assertThat(Long.parseLong(argument.substring(prefix.length())))
                        .as("far more than the heap's 512 MiB")
                        .isGreaterThan(1L << 30));
    }

    private MeshLayout layout(Map<String, String> environment) {
        return MeshLayout.ofEnvironment(root, environment);
    }

    private static Map<String, String> of(String service, MeshLayout layout) {
        ServiceDefinition definition = layout.services().stream()
                .filter(candidate -> candidate.name().equals(service))
                .findFirst()
                .orElseThrow();
        return ServiceEnvironment.of(definition, layout, CREDENTIALS);
    }
}
