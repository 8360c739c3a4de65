package io.finemesh.store.growth;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.contract.json.WireMapper;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.DatasetDescriptor;
import io.finemesh.contract.store.DatasetGrowth;
import io.finemesh.contract.store.DatasetParts;
import io.finemesh.contract.store.DatasetSlice;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.dataset.DatasetVersions;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import io.finemesh.store.storage.NumberedObjects;
import io.finemesh.store.storage.StorageLayout;
import io.finemesh.store.storage.StorageLayout.NumberedKey;
import io.finemesh.store.storage.StorageUnavailableException;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What is committed of growing data sets. */
public final class GrowingVersions {
    /** A list of about 100,000 parts. */
    private static final long MOST_LIST_BYTES = 16L << 20;

    private static final long MOST_INDEX_BYTES = 1L << 30;

    /** How often a version is made again because another writer took its number. */
    static final int ATTEMPTS = 50;

    private final NumberedObjects objects;
    private final DatasetVersions versions;
    private final BlobStore blobs;
    private final ObjectMapper mapper = WireMapper.create();

    public GrowingVersions(NumberedObjects objects, DatasetVersions versions, BlobStore blobs) {
        this.objects = objects;
        this.versions = versions;
        this.blobs = blobs;
    }

    /**
     * A version of a growing data set.
     *
     * @param key where it lies
     * @param descriptor what it is
     */
    record Grown(NumberedKey key, DatasetDescriptor descriptor) {
        DatasetGrowth growth() {
            return descriptor.growth().orElseThrow();
        }
    }

    /**
     * The newest version; empty if there is none yet.
     *
     * @throws RefusalException if the data set was uploaded whole
     */
    Optional<Grown> newest(String name) {
        return objects.newest(StorageLayout.dataset(name))
                .map(state -> growing(new Grown(state.key(), versions.describe(state))));
    }

    /**
     * What the newest version is; empty if there is none yet.
     *
     * @throws RefusalException if the data set was uploaded whole
     */
    public Optional<DatasetDescriptor> newestDescriptor(String name) {
        return newest(name).map(Grown::descriptor);
    }

    /**
     * The newest version.
     *
     * @throws RefusalException if there is none, or the data set was uploaded whole
     */
    Grown existing(String name) {
        return newest(name)
                .orElseThrow(() -> new RefusalException(
                        Kind.UNKNOWN,
                        "there is no data set '" + name + "'; the first records that are sent to it create it"));
    }

    /** Versions after one, oldest first. */
    List<Grown> after(String name, int number) {
        return objects.keys(StorageLayout.dataset(name)).stream()
                .filter(key -> key.number() > number)
                .sorted(Comparator.comparingInt(NumberedKey::number))
                .map(objects::read)
                .map(state -> growing(new Grown(state.key(), versions.describe(state))))
                .toList();
    }

    /** The slices of a data set, oldest first. */
    public List<DatasetSlice> slices(String name) {
        existing(name);
        return after(name, 0).stream().map(version -> version.growth().slice()).toList();
    }

    private static Grown growing(Grown version) {
        if (version.descriptor().growth().isEmpty()) {
            String name = version.descriptor().name();
            throw new RefusalException(
                    Kind.CONFLICT,
                    "data set '" + name
                            + "' was uploaded whole and does not grow: no record comes and no row goes; upload it again as it is to be, or send records to another name, which creates a data set that grows");
        }
        return version;
    }

    /**
     * Makes a version the next one.
     *
     * @return false if another writer made another one first
     */
    boolean claim(NumberedKey key, DatasetDescriptor version) {
        return objects.claim(key.key(), json(version));
    }

    /** What the sender is told once no number could be had in {@value #ATTEMPTS} attempts. */
    static StorageUnavailableException contested(String name) {
        return new StorageUnavailableException(
                "other writers made the next version of " + name + " " + ATTEMPTS + " times; repeat the request");
    }

    static NumberedKey keyOf(String name, int number) {
        return new NumberedKey(StorageLayout.dataset(name, number), name, number);
    }

    /** The parts that a list names. */
    DatasetParts parts(BlobReference list) {
        try {
            return DatasetParts.parse(blobs.read(list, MOST_LIST_BYTES));
        } catch (IOException malformed) {
            throw new IllegalStateException(
                    "the object " + list.digest() + " is no list of parts: " + malformed.getMessage(), malformed);
        }
    }

    /** Writes a list of parts. */
    BlobReference put(DatasetParts parts) {
        byte[] bytes = json(parts);
        if (bytes.length > MOST_LIST_BYTES) {
            throw new RefusalException(
                    Kind.TOO_LARGE,
                    "the data set has " + parts.parts().size()
                            + " slices, more than one list names; begin a new data set, and send more rows with each request");
        }
        return blobs.put(bytes);
    }

    /** Rows of a slice and where they went. */
    List<SliceIndex.Entry> index(DatasetSlice slice) {
        return slice.index()
                .map(blob -> SliceIndex.decode(blobs.read(blob, MOST_INDEX_BYTES)))
                .orElse(List.of());
    }

    private byte[] json(Object value) {
        try {
            return mapper.writeValueAsBytes(value);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a contract record that JSON cannot express: " + value, impossible);
        }
    }
}
