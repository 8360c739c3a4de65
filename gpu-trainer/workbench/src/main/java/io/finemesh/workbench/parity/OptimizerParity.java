package io.finemesh.workbench.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.checkpoint.json.JsonException;
import io.finemesh.checkpoint.json.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares single updates with a file of expected numbers: GaLore on all sides, its unprojected branch, AdamW, Fira, BAdam on bf16 weights, and the maps of
 * 8-bit quantization. Weights and gradients are closed forms; shapes, hyper-parameters and numbers of steps come from the file. Any of its keys may be absent.
 */
public final class OptimizerParity implements ParityCheck {
    private final Path file;

    /** @param file of expected numbers */
    public OptimizerParity(Path file) {
        this.file = file;
    }

    @Override
    public ParityReport run() {
        List<Finding> findings = new ArrayList<>();
        try {
            JsonNode root = StrictJson.object(Files.readAllBytes(file));
            MatrixParity matrices = new MatrixParity(root);
            root.properties().forEach(field -> findings.addAll(check(matrices, field.getKey(), field.getValue())));
        } catch (IOException | JsonException unusable) {
            findings.add(Finding.of("file", Finding.Status.FAILED, unusable.getMessage()));
        }
        if (findings.isEmpty()) {
            findings.add(Finding.of("file", Finding.Status.FAILED, "it holds no number to compare with"));
        }
        return new ParityReport(file.toString(), findings);
    }

    private static List<Finding> check(MatrixParity matrices, String key, JsonNode value) {
        try {
            return switch (key) {
                case "note" -> List.of();
                case "galore_adamw" -> matrices.galore(key, value);
                case "fira_adamw" -> matrices.fira(key, value);
                case "badam" -> new BlockParity(key, value).run();
                case "bnb_dynamic_map" -> MapParity.run(key, value);
                default -> {
                    if (key.startsWith("galore_adamw_unprojected")) {
                        yield List.of(matrices.unprojected(key, value));
                    }
                    if (key.startsWith("torch_adamw")) {
                        yield List.of(matrices.adamw(key, value));
                    }
                    yield List.of(Finding.of(key, Finding.Status.NOT_CHECKED, "nothing of this version has this name"));
                }
            };
        } catch (RuntimeException unusable) {
            String why = unusable.getMessage() == null ? unusable.toString() : unusable.getMessage();
            return List.of(Finding.of(key, Finding.Status.FAILED, why.replaceAll("\\s*\\n\\s*", "; ")));
        }
    }
}
