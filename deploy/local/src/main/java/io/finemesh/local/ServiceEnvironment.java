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
    private static final String THREADS = "OMP_NUM_THREADS";
    private static final String INSTRUCTION_SET = "MKL_CBWR";

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
            case COMPUTING -> putCompute(environment, layout);
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

    private static void putCompute(Map<String, String> environment, MeshLayout layout) {
        Map<String, String> parent = layout.parentEnvironment();
        Path library = layout.root().resolve("gpu-trainer/engine/target/libtorch-mkl");
        if (Files.isDirectory(library)) {
            String inherited = parent.getOrDefault(LIBRARY_PATH, "");
            environment.put(
                    LIBRARY_PATH, inherited.isEmpty() ? library.toString() : library + File.pathSeparator + inherited);
        }
        // Sums depend on how many threads share them and on the instructions used, so both are pinned, unless a person
        // pinned them.
        environment.put(
                THREADS,
                parent.getOrDefault(
                        THREADS, Integer.toString(Runtime.getRuntime().availableProcessors())));
        environment.put(INSTRUCTION_SET, parent.getOrDefault(INSTRUCTION_SET, "AVX2"));
    }
}
