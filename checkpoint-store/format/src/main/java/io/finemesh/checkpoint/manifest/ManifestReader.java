package io.finemesh.checkpoint.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.checkpoint.json.JsonException;
import io.finemesh.checkpoint.json.StrictJson;
import io.finemesh.checkpoint.model.Problem;
import io.finemesh.checkpoint.safetensors.Dtype;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads a manifest strictly: known fields of the right type only, and finally only bytes that are the canonical form of what was
 * read, so that one checkpoint has one id.
 */
final class ManifestReader {
    static final int MAX_JSON_BYTES = 256 * 1024 * 1024;

    private ManifestReader() {}

    static Manifest read(byte[] json) {
        if (json.length > MAX_JSON_BYTES) {
            throw refused("(whole document)", json.length + " bytes", "at most " + MAX_JSON_BYTES);
        }
        Manifest manifest;
        try {
            manifest = manifest(StrictJson.object(json));
        } catch (JsonException malformed) {
            throw refused("(whole document)", malformed.getMessage(), "one JSON object in UTF-8");
        }
        if (!Arrays.equals(manifest.canonicalJson(), json)) {
            throw refused(
                    "(whole document)",
                    "a spelling that is not canonical",
                    "sorted keys and lists, no white space, one line feed at the end");
        }
        return manifest;
    }

    private static Manifest manifest(JsonNode root) {
        requireFields(
                root,
                "",
                Set.of(
                        ManifestWriter.FORMAT,
                        ManifestWriter.WEIGHTS_DIGEST,
                        ManifestWriter.FILES,
                        ManifestWriter.WEIGHT_BLOBS,
                        ManifestWriter.TENSORS),
                Set.of(
                        ManifestWriter.PARENT,
                        ManifestWriter.TRAINED_BY,
                        ManifestWriter.TRAINING_STATE,
                        ManifestWriter.LEDGER));
        return new Manifest(
                (int) integer(root, "", ManifestWriter.FORMAT, Integer.MAX_VALUE),
                optional(root, ManifestWriter.PARENT, parent -> text(root, "", ManifestWriter.PARENT)),
                optional(root, ManifestWriter.TRAINED_BY, ManifestReader::trainedBy),
                text(root, "", ManifestWriter.WEIGHTS_DIGEST),
                list(root, "", ManifestWriter.FILES, ManifestReader::file),
                list(root, "", ManifestWriter.WEIGHT_BLOBS, ManifestReader::blob),
                list(root, "", ManifestWriter.TENSORS, ManifestReader::tensor),
                optional(root, ManifestWriter.TRAINING_STATE, ManifestReader::trainingState),
                optional(root, ManifestWriter.LEDGER, node -> blob(node, ManifestWriter.LEDGER)));
    }

    private static TrainedBy trainedBy(JsonNode node) {
        String at = ManifestWriter.TRAINED_BY;
        requireFields(
                node,
                at,
                Set.of(ManifestWriter.RUN_ID, ManifestWriter.SEGMENT_INDEX, ManifestWriter.LAST_STEP),
                Set.of());
        return valid(
                at,
                () -> new TrainedBy(
                        text(node, at, ManifestWriter.RUN_ID),
                        (int) integer(node, at, ManifestWriter.SEGMENT_INDEX, Integer.MAX_VALUE),
                        integer(node, at, ManifestWriter.LAST_STEP, Long.MAX_VALUE)));
    }

    private static TrainingStateEntry trainingState(JsonNode node) {
        String at = ManifestWriter.TRAINING_STATE;
        requireFields(node, at, Set.of(ManifestWriter.CURSOR, ManifestWriter.STATE_BLOBS), Set.of());
        return valid(
                at,
                () -> new TrainingStateEntry(
                        text(node, at, ManifestWriter.CURSOR),
                        list(node, at, ManifestWriter.STATE_BLOBS, ManifestReader::blob)));
    }

    private static FileEntry file(JsonNode node, String at) {
        requireFields(node, at, Set.of(ManifestWriter.NAME, ManifestWriter.BLOB), Set.of());
        return valid(
                at,
                () -> new FileEntry(
                        text(node, at, ManifestWriter.NAME),
                        blob(node.get(ManifestWriter.BLOB), at + "." + ManifestWriter.BLOB)));
    }

    private static BlobReference blob(JsonNode node, String at) {
        requireFields(node, at, Set.of(ManifestWriter.DIGEST, ManifestWriter.SIZE_BYTES), Set.of());
        return valid(
                at,
                () -> new BlobReference(
                        text(node, at, ManifestWriter.DIGEST),
                        integer(node, at, ManifestWriter.SIZE_BYTES, Long.MAX_VALUE)));
    }

    private static TensorEntry tensor(JsonNode node, String at) {
        requireFields(
                node,
                at,
                Set.of(
                        ManifestWriter.NAME,
                        ManifestWriter.DTYPE,
                        ManifestWriter.SHAPE,
                        ManifestWriter.DIGEST,
                        ManifestWriter.BLOB),
                Set.of());
        String dtypeName = text(node, at, ManifestWriter.DTYPE);
        Dtype dtype = Dtype.named(dtypeName)
                .orElseThrow(() -> refused(
                        at + "." + ManifestWriter.DTYPE, "'" + dtypeName + "'", Arrays.toString(Dtype.values())));
        return valid(
                at,
                () -> new TensorEntry(
                        text(node, at, ManifestWriter.NAME),
                        dtype,
                        list(node, at, ManifestWriter.SHAPE, (extent, here) -> count(extent, here, Long.MAX_VALUE)),
                        text(node, at, ManifestWriter.DIGEST),
                        text(node, at, ManifestWriter.BLOB)));
    }

    private static void requireFields(JsonNode node, String at, Set<String> required, Set<String> optional) {
        if (!node.isObject()) {
            throw refused(at, node.toString(), "an object");
        }
        List<Problem> problems = new ArrayList<>();
        for (String name : required) {
            if (!node.has(name)) {
                problems.add(new Problem(path(at, name), "nothing (the field is missing)", "a value"));
            }
        }
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!required.contains(name) && !optional.contains(name)) {
                problems.add(new Problem(path(at, name), "an unknown field", "known fields only"));
            }
        }
        if (!problems.isEmpty()) {
            throw new ManifestException(problems);
        }
    }

    private static String text(JsonNode node, String at, String name) {
        JsonNode value = node.get(name);
        if (!value.isTextual()) {
            throw refused(path(at, name), value.toString(), "a text");
        }
        return value.textValue();
    }

    private static long integer(JsonNode node, String at, String name, long most) {
        return count(node.get(name), path(at, name), most);
    }

    private static long count(JsonNode value, String at, long most) {
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < 0
                || value.longValue() > most) {
            throw refused(at, value.toString(), "an integer from 0 to " + most);
        }
        return value.longValue();
    }

    private static <T> Optional<T> optional(JsonNode node, String name, Function<JsonNode, T> read) {
        return Optional.ofNullable(node.get(name)).map(read);
    }

    private static <T> List<T> list(JsonNode node, String at, String name, ElementReader<T> read) {
        JsonNode array = node.get(name);
        if (!array.isArray()) {
            throw refused(path(at, name), array.toString(), "an array");
        }
        List<T> items = new ArrayList<>(array.size());
        for (JsonNode element : array) {
            items.add(read.read(element, path(at, name) + "[" + items.size() + "]"));
        }
        return items;
    }

    /** The records check themselves; here their complaint gets the place in the document. */
    private static <T> T valid(String at, Supplier<T> make) {
        try {
            return make.get();
        } catch (IllegalArgumentException impossible) {
            throw refused(at, impossible.getMessage(), "a possible value");
        }
    }

    private static String path(String at, String name) {
        return at.isEmpty() ? name : at + "." + name;
    }

    private static ManifestException refused(String at, String found, String allowed) {
        return new ManifestException(List.of(new Problem(at, found, allowed)));
    }

    @FunctionalInterface
    private interface ElementReader<T> {
        T read(JsonNode element, String at);
    }
}
