package io.finemesh.store.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.checkpoint.json.CanonicalJson;
import io.finemesh.checkpoint.json.JsonException;
import io.finemesh.checkpoint.json.StrictJson;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.store.ModelDescriptor;
import io.finemesh.store.manifest.CheckpointCatalogue;
import io.finemesh.store.refusal.Names;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import io.finemesh.store.storage.NumberedObjects;
import io.finemesh.store.storage.NumberedObjects.Numbered;
import io.finemesh.store.storage.StorageLayout;
import io.finemesh.store.storage.StorageLayout.NumberedKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which checkpoint a model name means now, and meant before: each move is one more object, the newest counts. */
public final class ModelNames {
    private static final String CHECKPOINT = "checkpoint";

    private final NumberedObjects objects;
    private final CheckpointCatalogue catalogue;

    public ModelNames(NumberedObjects objects, CheckpointCatalogue catalogue) {
        this.objects = objects;
        this.catalogue = catalogue;
    }

    /**
     * Makes a name mean a committed checkpoint. Saying so again changes nothing.
     *
     * @return the pointer that says so now
     * @throws RefusalException if the name is not allowed or the checkpoint does not exist
     */
    public NumberedKey point(String name, CheckpointId checkpoint) {
        Names.require("model", name);
        catalogue.manifest(checkpoint);
        byte[] content = CanonicalJson.bytes(Map.of(CHECKPOINT, checkpoint.value()));
        return objects.append(
                        StorageLayout.model(name),
                        number -> StorageLayout.model(name, number),
                        newest -> checkpoint(newest).equals(checkpoint),
                        number -> content)
                .key();
    }

    /**
     * Makes a name mean a committed checkpoint, unless it means that or ever did. For requests that may come again late: an old one must
     * not take the name back from a newer checkpoint.
     *
     * @return the pointer that says so, which need not be the newest
     * @throws RefusalException if the name is not allowed or the checkpoint does not exist
     */
    public NumberedKey pointOnce(String name, CheckpointId checkpoint) {
        Names.require("model", name);
        for (NumberedKey key : objects.keys(StorageLayout.model(name))) {
            if (checkpoint(objects.read(key)).equals(checkpoint)) {
                return key;
            }
        }
        return point(name, checkpoint);
    }

    /**
     * What a name means now.
     *
     * @throws RefusalException if the name means nothing
     */
    public ModelDescriptor resolve(String name) {
        Names.require("model", name);
        Numbered newest = objects.newest(StorageLayout.model(name)).orElseThrow(() -> unknown(name));
        return describe(newest);
    }

    /** What every name means now, by name. */
    public List<ModelDescriptor> all() {
        return objects.readAll(objects.newestOfEach(StorageLayout.MODELS), this::describe);
    }

    /** The model a pointer makes a name mean. */
    public ModelDescriptor describe(Numbered pointer) {
        CheckpointId id = checkpoint(pointer);
        Manifest manifest = catalogue.manifest(id);
        return new ModelDescriptor(
                pointer.key().name(),
                id,
                CheckpointCatalogue.parameterCount(manifest),
                CheckpointCatalogue.weightBytes(manifest),
                manifest.weightsDigest(),
                catalogue.configurationJson(id, manifest),
                Optional.of(catalogue.hasChatTemplate(manifest)));
    }

    private RefusalException unknown(String name) {
        List<String> known = objects.newestOfEach(StorageLayout.MODELS).stream()
                .map(NumberedKey::name)
                .limit(20)
                .toList();
        return new RefusalException(
                Kind.UNKNOWN,
                "there is no model '" + name + "'; "
                        + (known.isEmpty() ? "none is imported yet" : "there are " + String.join(", ", known)));
    }

    private static CheckpointId checkpoint(Numbered pointer) {
        try {
            JsonNode checkpoint = StrictJson.object(pointer.content()).path(CHECKPOINT);
            if (checkpoint.isTextual() && Manifest.isCheckpointId(checkpoint.textValue())) {
                return new CheckpointId(checkpoint.textValue());
            }
            throw new IllegalStateException(pointer.key().key() + " names no checkpoint; restore or remove it");
        } catch (JsonException malformed) {
            throw new IllegalStateException(
                    pointer.key().key() + " is not a pointer: " + malformed.getMessage() + "; restore or remove it",
                    malformed);
        }
    }
}
