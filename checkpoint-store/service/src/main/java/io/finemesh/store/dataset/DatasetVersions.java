package io.finemesh.store.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.contract.id.DatasetVersion;
import io.finemesh.contract.json.WireMapper;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.DatasetDescriptor;
import io.finemesh.contract.store.DatasetGrowth;
import io.finemesh.store.refusal.Names;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import io.finemesh.store.storage.NumberedObjects;
import io.finemesh.store.storage.NumberedObjects.Numbered;
import io.finemesh.store.storage.StorageLayout;
import io.finemesh.store.storage.StorageLayout.NumberedKey;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The versions of every data set: one object each, written once. */
public final class DatasetVersions {
    private static final char SEPARATOR = '@';

    /** What follows the name of a version whose held-out part is meant. */
    private static final String HELD_OUT = ":held-out";

    private final NumberedObjects objects;
    private final ObjectMapper mapper = WireMapper.create();

    public DatasetVersions(NumberedObjects objects) {
        this.objects = objects;
    }

    /**
     * Commits a version, unless the newest one has the same rows from the same place.
     *
     * @param source where the rows come from; empty = wherever the newest version's do
     *
     * @return the newest version, which has these rows
     * @throws RefusalException if the data set grows by records: whole uploads would make its versions forget their slices
     */
    public Numbered commit(
            String name,
            String format,
            BlobReference rows,
            long samples,
            Map<String, Long> dropped,
            Optional<String> source) {
        if (objects.newest(StorageLayout.dataset(name))
                .map(this::describe)
                .flatMap(DatasetDescriptor::growth)
                .isPresent()) {
            throw new RefusalException(
                    Kind.CONFLICT,
                    "data set '" + name + "' grows by records; send the rows to /v1/datasets/" + name
                            + "/records, or upload them under another name");
        }
        return objects.append(
                StorageLayout.dataset(name),
                number -> StorageLayout.dataset(name, number),
                newest -> {
                    DatasetDescriptor known = describe(newest);
                    return known.blob().equals(rows)
                            && (source.isEmpty() || known.source().equals(source));
                },
                number -> json(new DatasetDescriptor(
                        new DatasetVersion(name + SEPARATOR + number),
                        name,
                        format,
                        rows,
                        samples,
                        new TreeMap<>(dropped),
                        Optional.empty(),
                        source)));
    }

    /**
     * The newest version by name, or one version by {@code name@number}; either with {@code :held-out} for what is held out of it.
     *
     * @throws RefusalException if there is none
     */
    public DatasetDescriptor resolve(String nameOrVersion) {
        if (nameOrVersion.endsWith(HELD_OUT)) {
            return heldOut(resolveWhole(nameOrVersion.substring(0, nameOrVersion.length() - HELD_OUT.length())));
        }
        return resolveWhole(nameOrVersion);
    }

    /** The held-out part as a data set version of its own, which can only be read. */
    private static DatasetDescriptor heldOut(DatasetDescriptor whole) {
        DatasetGrowth growth = whole.growth()
                .orElseThrow(() -> new RefusalException(
                        Kind.UNKNOWN,
                        "data set '" + whole.name()
                                + "' was uploaded whole and holds nothing out; name another data set to evaluate on"));
        return new DatasetDescriptor(
                new DatasetVersion(whole.version().value() + HELD_OUT),
                whole.name(),
                whole.format(),
                growth.heldOut(),
                growth.heldOutSamples(),
                Map.of(),
                whole.growth());
    }

    private DatasetDescriptor resolveWhole(String nameOrVersion) {
        int separator = nameOrVersion.lastIndexOf(SEPARATOR);
        String name = Names.require("data set", separator < 0 ? nameOrVersion : nameOrVersion.substring(0, separator));
        if (separator < 0) {
            return objects.newest(StorageLayout.dataset(name))
                    .map(this::describe)
                    .orElseThrow(() -> unknown(name));
        }
        String number = nameOrVersion.substring(separator + 1);
        if (!number.matches("[1-9][0-9]{0,7}")) {
            throw new RefusalException(
                    Kind.MALFORMED,
                    "'" + Names.shown(number) + "' is not a version of data set " + name + "; allowed: " + name
                            + "@ and a number from 1");
        }
        Optional<Numbered> found = objects.find(StorageLayout.dataset(name, Integer.parseInt(number)));
        return found.map(this::describe).orElseThrow(() -> unknownVersion(name, number));
    }

    /** The newest version of each data set, by name. */
    public List<DatasetDescriptor> all() {
        return objects.readAll(objects.newestOfEach(StorageLayout.DATASETS), this::describe);
    }

    /** What a stored version says. */
    public DatasetDescriptor describe(Numbered version) {
        try {
            return mapper.readValue(version.content(), DatasetDescriptor.class);
        } catch (IOException malformed) {
            throw new IllegalStateException(
                    version.key().key() + " is not a data set version: " + malformed.getMessage()
                            + "; restore or remove it",
                    malformed);
        }
    }

    private RefusalException unknown(String name) {
        List<String> known = objects.newestOfEach(StorageLayout.DATASETS).stream()
                .map(NumberedKey::name)
                .limit(20)
                .toList();
        return new RefusalException(
                Kind.UNKNOWN,
                "there is no data set '" + name + "'; "
                        + (known.isEmpty() ? "none is uploaded yet" : "there are " + String.join(", ", known)));
    }

    private RefusalException unknownVersion(String name, String number) {
        return objects.newest(StorageLayout.dataset(name))
                .map(newest -> new RefusalException(
                        Kind.UNKNOWN,
                        "data set " + name + " has no version " + number + "; the newest is "
                                + newest.key().number()))
                .orElseGet(() -> unknown(name));
    }

    private byte[] json(DatasetDescriptor descriptor) {
        try {
            return mapper.writeValueAsBytes(descriptor);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a contract record that JSON cannot express: " + descriptor, impossible);
        }
    }
}
