package io.finemesh.store.storage;

import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Under which key what lies. Only what was verified is ever under {@code blobs/}; a checkpoint exists if and only if its manifest
 * does.
 *
 * <pre>
 * staging/sha256/ab/ab12...         uploaded by presigned PUT, not yet verified, never handed out
 * blobs/sha256/ab/ab12...           immutable object named by the SHA-256 of its bytes
 * manifests/ck-....json             a checkpoint, written once
 * models/NAME/00000001.json         what a model name points at, one object a move, the highest number counts
 * datasets/NAME/00000001.json       one object a version
 * announced/models/NAME/00000001    the event of that object was acknowledged by the broker
 * attempts/space                    only while it is tried whether a full storage has room again
 * </pre>
 */
public final class StorageLayout {
    /** Prefix of all model pointers. */
    public static final String MODELS = "models/";

    /** Prefix of all data set versions. */
    public static final String DATASETS = "datasets/";

    /** What is written to see whether there is room, and deleted at once. */
    static final String ATTEMPT = "attempts/space";

    private static final String ANNOUNCED = "announced/";
    private static final Pattern NUMBERED = Pattern.compile("(?:models|datasets)/([^/]+)/([0-9]{8})\\.json");

    private StorageLayout() {}

    /** Where a verified object lies. */
    public static String blob(BlobDigest digest) {
        return "blobs/sha256/" + digest.value().substring(0, 2) + "/" + digest.value();
    }

    /** Where an upload lies until it is verified. */
    public static String staged(BlobDigest digest) {
        return "staging/sha256/" + digest.value().substring(0, 2) + "/" + digest.value();
    }

    /** Where a manifest lies. */
    public static String manifest(CheckpointId checkpoint) {
        return "manifests/" + checkpoint.value() + ".json";
    }

    /** Prefix of the pointers of one model. */
    public static String model(String name) {
        return MODELS + name + "/";
    }

    /** The {@code number}-th pointer of a model, from 1. */
    public static String model(String name, int number) {
        return model(name) + numbered(number);
    }

    /** Prefix of the versions of one data set. */
    public static String dataset(String name) {
        return DATASETS + name + "/";
    }

    /** The {@code number}-th version of a data set, from 1. */
    public static String dataset(String name, int number) {
        return dataset(name) + numbered(number);
    }

    /** Where it is noted that the event of a pointer or version went out. */
    public static String announced(String key) {
        return ANNOUNCED + key;
    }

    /** Name and number of a pointer's or version's key; empty for any other key. */
    public static Optional<NumberedKey> parse(String key) {
        Matcher matcher = NUMBERED.matcher(key);
        return matcher.matches()
                ? Optional.of(new NumberedKey(key, matcher.group(1), Integer.parseInt(matcher.group(2))))
                : Optional.empty();
    }

    private static String numbered(int number) {
        if (number < 1 || number > 99_999_999) {
            throw new IllegalArgumentException("number " + number + " does not fit in eight digits");
        }
        return "%08d.json".formatted(number);
    }

    /**
     * A key that ends in a number.
     *
     * @param key the whole key
     * @param name model or data set
     * @param number from 1
     */
    public record NumberedKey(String key, String name, int number) {}
}
