package io.finemesh.workbench.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.engine.tensor.Precision;
import java.io.IOException;
import java.util.Locale;

/**
 * One thing to measure, given to a measuring process as JSON.
 *
 * @param shape of the model
 * @param method how it is trained
 * @param precision in which weights are held
 * @param workload what it is trained on
 * @param steps measured, after two that are not
 * @param switchInterval BAdam's steps per block
 * @param rank GaLore's rank
 * @param threads of arithmetic on the host
 * @param activations what is kept for the backward pass
 * @param device {@code cpu}, {@code cuda} or {@code cuda:N}, for the engine and the peer alike
 */
record BenchCase(
        BenchShape shape,
        BenchMethod method,
        Precision precision,
        Workload workload,
        int steps,
        int switchInterval,
        int rank,
        int threads,
        Activations activations,
        String device) {
    /** Steps before measuring begins: caches fill, code is compiled. */
    static final int WARM_UP = 2;

    /** Updates between refreshes of GaLore's bases, as the reference recommends for fine-tuning. */
    static final int REFRESH_INTERVAL = 200;

    /** Factor of GaLore's projected update. */
    static final double GALORE_SCALE = 0.25;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Short name for reports. */
    String label() {
        return String.join(
                ", ",
                shape.name(),
                method.name().toLowerCase(Locale.ROOT),
                precision.name().toLowerCase(Locale.ROOT),
                workload.kind().name().toLowerCase(Locale.ROOT) + " " + workload.batchSize() + "x" + workload.length());
    }

    /** What a measuring process reads. */
    String json() throws IOException {
        ObjectNode root = JSON.createObjectNode();
        root.put("name", shape.name());
        root.set("config", JSON.readTree(shape.configurationJson()));
        root.put("method", method.name().toLowerCase(Locale.ROOT));
        root.put("precision", precision.name().toLowerCase(Locale.ROOT));
        root.put("kind", workload.kind().name().toLowerCase(Locale.ROOT));
        root.put("batch_size", workload.batchSize());
        root.put("length", workload.length());
        root.put("seed", workload.seed());
        root.put("warm_up", WARM_UP);
        root.put("steps", steps);
        root.put("switch_interval", switchInterval);
        root.put("rank", rank);
        root.put("refresh_interval", REFRESH_INTERVAL);
        root.put("galore_scale", GALORE_SCALE);
        root.put("threads", threads);
        root.put("activations", activations.name().toLowerCase(Locale.ROOT));
        root.put("device", device);
        ArrayNode samples = root.putArray("lengths");
        ArrayNode unlabelled = root.putArray("unlabelled");
        for (int length : workload.lengths(WARM_UP + steps)) {
            samples.add(length);
            unlabelled.add(workload.unlabelled(length));
        }
        return JSON.writeValueAsString(root);
    }

    /** Reads what {@link #json} wrote. */
    static BenchCase parse(String json) throws IOException {
        var root = JSON.readTree(json);
        return new BenchCase(
                new BenchShape(root.path("name").asText(), root.path("config").toString()),
                BenchMethod.valueOf(root.path("method").asText().toUpperCase(Locale.ROOT)),
                Precision.valueOf(root.path("precision").asText().toUpperCase(Locale.ROOT)),
                new Workload(
                        Workload.Kind.valueOf(root.path("kind").asText().toUpperCase(Locale.ROOT)),
                        root.path("batch_size").asInt(),
                        root.path("length").asInt(),
                        root.path("seed").asLong()),
                root.path("steps").asInt(),
                root.path("switch_interval").asInt(),
                root.path("rank").asInt(),
                root.path("threads").asInt(),
                Activations.valueOf(root.path("activations").asText().toUpperCase(Locale.ROOT)),
                root.path("device").asText());
    }
}
