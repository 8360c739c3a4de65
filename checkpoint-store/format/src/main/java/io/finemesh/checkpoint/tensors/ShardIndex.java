package io.finemesh.checkpoint.tensors;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.checkpoint.json.JsonException;
import io.finemesh.checkpoint.json.StrictJson;
import io.finemesh.checkpoint.manifest.FileEntry;
import io.finemesh.checkpoint.model.Problem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * {@code model.safetensors.index.json}: which file holds which tensor.
 *
 * @param shardOf file name by tensor name; every file name is a plain name ending in {@code .safetensors}
 * @param totalBytes {@code metadata.total_size} where it is said; a hint only, writers differ about shared tensors
 */
record ShardIndex(Map<String, String> shardOf, OptionalLong totalBytes) {
    static final String FILE_NAME = "model.safetensors.index.json";
    static final int MAX_JSON_BYTES = 256 * 1024 * 1024;

    private static final String SUFFIX = ".safetensors";

    ShardIndex {
        shardOf = Collections.unmodifiableMap(new TreeMap<>(shardOf));
    }

    /** The distinct files, sorted. */
    Set<String> shards() {
        return new TreeSet<>(shardOf.values());
    }

    static ShardIndex parse(byte[] json) throws ModelDirectoryException {
        JsonNode root;
        try {
            root = StrictJson.object(json);
        } catch (JsonException malformed) {
            throw refused(FILE_NAME, malformed.getMessage(), "one JSON object in UTF-8");
        }
        JsonNode weightMap = root.get("weight_map");
        if (weightMap == null || !weightMap.isObject() || weightMap.isEmpty()) {
            throw refused(
                    FILE_NAME + " weight_map",
                    weightMap == null ? "nothing" : weightMap.isEmpty() ? "an empty map" : weightMap.toString(),
                    "an object with a file name for each tensor name");
        }
        Map<String, String> shardOf = HashMap.newHashMap(weightMap.size());
        List<Problem> problems = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : weightMap.properties()) {
            JsonNode file = entry.getValue();
            if (!file.isTextual() || !isShardName(file.textValue())) {
                problems.add(new Problem(
                        "weight_map." + entry.getKey(),
                        file.toString(),
                        "the plain name of a " + SUFFIX + " file in the same directory"));
            } else {
                shardOf.put(entry.getKey(), file.textValue());
            }
        }
        refuseCaseClashes(shardOf, problems);
        if (!problems.isEmpty()) {
            throw new ModelDirectoryException(problems);
        }
        JsonNode total = root.path("metadata").path("total_size");
        return new ShardIndex(
                shardOf,
                total.isIntegralNumber() && total.canConvertToLong()
                        ? OptionalLong.of(total.longValue())
                        : OptionalLong.empty());
    }

    /** Plain names exclude separators, drive letters and leading dots; two dots in a row are refused on top of that. */
    private static boolean isShardName(String name) {
        return FileEntry.isPlainName(name) && !name.contains("..") && name.endsWith(SUFFIX);
    }

    /** Two such names are one file on a case-insensitive file system, so the model would depend on where it lies. */
    private static void refuseCaseClashes(Map<String, String> shardOf, List<Problem> problems) {
        Map<String, String> byLowerCase = new HashMap<>();
        for (String shard : new TreeSet<>(shardOf.values())) {
            String other = byLowerCase.putIfAbsent(shard.toLowerCase(Locale.ROOT), shard);
            if (other != null) {
                problems.add(new Problem("weight_map", other + " and " + shard, "names that differ by more than case"));
            }
        }
    }

    private static ModelDirectoryException refused(String subject, String found, String allowed) {
        return new ModelDirectoryException(List.of(new Problem(subject, found, allowed)));
    }
}
