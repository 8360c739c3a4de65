package io.finemesh.local;

import io.finemesh.local.storage.EmbeddedStorage;
import io.finemesh.local.storage.StorageCredentials;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a service is told through its environment; the table is in the package description. */
final class ServiceEnvironment {
    private static final String OTLP_ENDPOINT = "FINEMESH_OTLP_ENDPOINT";
    private static final String LIBRARY_PATH = "LD_LIBRARY_PATH";
    private static final String DEVICE = "FINEMESH_DEVICE";
    private static final String PROCESSOR = "cpu";
    private static final String THREADS = "OMP_NUM_THREADS";
    private static final String INSTRUCTION_SET = "MKL_CBWR";
    private static final String SPINNING = "GOMP_SPINCOUNT";

    /** Not what the machine has: a run continued on another machine gives the same bytes. */
    private static final String DEFAULT_THREADS = "2";

    private ServiceEnvironment() {}

    static Map<String, String> of(ServiceDefinition service, MeshLayout layout, StorageCredentials credentials) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(layout.ports().service(service.portOffset())));
        environment.put("KAFKA_BOOTSTRAP_SERVERS", layout.bootstrapServers());
        environment.put(
                "FINEMESH_STORE_URL",
                layout.address(ServiceDefinition.CHECKPOINT_STORE_OFFSET).toString());
        environment.put("FINEMESH_DATA_DIR", layout.home().data(service.name()).toString());
        putTracing(environment, layout.parentEnvironment());
        switch (service.kind()) {
            case PLAIN -> {
                // The common part is all.
            }
            case STORAGE_HOLDER -> putStorage(environment, layout, credentials);
            case COMPUTING -> putCompute(environment, service, layout);
        }
        environment.putAll(service.environment());
        environment.putAll(layout.extraEnvironment().getOrDefault(service.name(), Map.of()));
        return environment;
    }

    private static void putTracing(Map<String, String> environment, Map<String, String> parent) {
        String endpoint = parent.getOrDefault(OTLP_ENDPOINT, "");
        environment.put("QUARKUS_OTEL_SDK_DISABLED", Boolean.toString(endpoint.isBlank()));
        if (!endpoint.isBlank()) {
            environment.put(OTLP_ENDPOINT, endpoint);
            environment.put("QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
            environment.put("QUARKUS_OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        }
    }

    private static void putStorage(Map<String, String> environment, MeshLayout layout, StorageCredentials credentials) {
        environment.put("FINEMESH_S3_ENDPOINT", layout.storageEndpoint().toString());
        environment.put("FINEMESH_S3_BUCKET", MeshLayout.BUCKET);
        environment.put("FINEMESH_S3_REGION", EmbeddedStorage.REGION);
        environment.put("FINEMESH_S3_ACCESS_KEY", credentials.accessKey());
        environment.put("FINEMESH_S3_SECRET_KEY", credentials.secretKey());
    }

    private static void putCompute(Map<String, String> environment, ServiceDefinition service, MeshLayout layout) {
        Map<String, String> parent = layout.parentEnvironment();
        String threads = threads(parent);
        Path library = layout.root().resolve("gpu-trainer/engine/target/libtorch-mkl");
        String named = parent.getOrDefault(DEVICE, "").strip();
        String device = named.isEmpty() ? PROCESSOR : named;
        // The MKL build knows no other device: before the one of the profile cuda it would hide it.
        boolean fast = device.equals(PROCESSOR) && Files.isDirectory(library);
        if (fast) {
            String inherited = parent.getOrDefault(LIBRARY_PATH, "");
            environment.put(
                    LIBRARY_PATH, inherited.isEmpty() ? library.toString() : library + File.pathSeparator + inherited);
        }
        // Sums depend on how many threads share them and on the instructions used: both are pinned, the same on every
        // machine.
        environment.put(THREADS, threads);
        environment.put("MKL_DYNAMIC", "FALSE");
        // Threads that spin without end take the processor from the services beside them: on a busy machine steps took
        // 40 times longer. Threads that sleep at once take half as long again for a step. So they spin for a moment.
        environment.put(SPINNING, parent.getOrDefault(SPINNING, "5000"));
        environment.put(INSTRUCTION_SET, parent.getOrDefault(INSTRUCTION_SET, "AVX2"));
        // Beside MKL the other library is mapped but not used; its threads would only idle.
        environment.put("OPENBLAS_NUM_THREADS", fast ? "1" : threads);
        boolean evaluator = service.name().equals(ServiceDefinition.EVALUATOR);
        environment.put(evaluator ? "FINEMESH_EVALUATOR_THREADS" : "FINEMESH_TRAINER_DEVICE_THREADS", threads);
        environment.put(evaluator ? "FINEMESH_EVALUATOR_DEVICE" : "FINEMESH_TRAINER_DEVICE_NAME", device);
    }

    private static String threads(Map<String, String> parent) {
        String threads = parent.getOrDefault(THREADS, DEFAULT_THREADS);
        if (!threads.matches("[1-9][0-9]{0,3}")) {
            throw new IllegalArgumentException(
                    THREADS + " must be a number of threads, 1 or more; found \"" + threads + "\"");
        }
        return threads;
    }
}
