package io.finemesh.store.storage;

import io.finemesh.store.storage.StorageLayout.NumberedKey;
import java.io.IOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;

/**
 * Histories in which each state is one object under the next number and nothing is ever replaced: of two writers who want the same
 * number one gets it, and the other looks again and takes the one after.
 */
public final class NumberedObjects {
    private static final int MOST_BYTES = 16 * 1024 * 1024;
    private static final int ATTEMPTS = 50;

    private final ObjectStorage storage;
    private final DecisivePut puts;

    public NumberedObjects(ObjectStorage storage) {
        this.storage = storage;
        this.puts = new DecisivePut(storage);
    }

    /**
     * One state.
     *
     * @param key where it lies and what number it has
     * @param content its bytes
     */
    public record Numbered(NumberedKey key, byte[] content) {}

    /** The state with the highest number of one name; empty if the name has none. */
    public Optional<Numbered> newest(String prefix) {
        return keys(prefix).stream()
                .max(Comparator.comparingInt(NumberedKey::number))
                .map(this::read);
    }

    /** The state under a key; empty if there is none. */
    public Optional<Numbered> find(String key) {
        return storage.head(key).flatMap(facts -> StorageLayout.parse(key)).map(this::read);
    }

    /** The newest state's key of each name under a prefix, by name. */
    public Collection<NumberedKey> newestOfEach(String prefix) {
        Map<String, NumberedKey> newest = new TreeMap<>();
        for (NumberedKey key : keys(prefix)) {
            newest.merge(key.name(), key, (one, other) -> one.number() > other.number() ? one : other);
        }
        return newest.values();
    }

    /** Every key under a prefix. */
    public List<NumberedKey> keys(String prefix) {
        return storage.list(prefix).stream()
                .map(facts -> StorageLayout.parse(facts.key()))
                .flatMap(Optional::stream)
                .toList();
    }

    /**
     * Adds a state, unless the newest one already says the same.
     *
     * @param prefix prefix of the name's states
     * @param keyOf key of a number
     * @param same whether the newest state already says what is to be said
     * @param contentOf the new state's bytes, given its number
     * @return the state that now says it
     */
    public Numbered append(
            String prefix, IntFunction<String> keyOf, Predicate<Numbered> same, IntFunction<byte[]> contentOf) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<Numbered> newest = newest(prefix);
            if (newest.isPresent() && same.test(newest.get())) {
                return newest.get();
            }
            int number = newest.map(state -> state.key().number()).orElse(0) + 1;
            String key = keyOf.apply(number);
            byte[] content = contentOf.apply(number);
            switch (puts.put(key, ObjectContent.of(content))) {
                case PRESENT -> {
                    return new Numbered(StorageLayout.parse(key).orElseThrow(), content);
                }
                case DIFFERENT -> {
                    // Another writer took the number first.
                }
            }
        }
        throw new StorageUnavailableException(
                "other writers took the next number of " + prefix + " " + ATTEMPTS + " times; repeat the request");
    }

    /**
     * Writes the state of a number, unless the number is taken.
     *
     * @return whether these bytes are the state of that number now
     */
    public boolean claim(String key, byte[] content) {
        return switch (puts.put(key, ObjectContent.of(content))) {
            case PRESENT -> true;
            case DIFFERENT -> false;
        };
    }

    /** Reads the state under a key that was listed. */
    public Numbered read(NumberedKey key) {
        try (StoredObject object = storage.get(key.key())
                .orElseThrow(() -> new StorageUnavailableException(
                        "the object " + key.key() + " was listed and is gone; repeat the request"))) {
            if (object.facts().sizeBytes() > MOST_BYTES) {
                throw new StorageUnavailableException("the object " + key.key() + " has "
                        + object.facts().sizeBytes() + " bytes, which this store did not write; remove it");
            }
            return new Numbered(key, object.body().readAllBytes());
        } catch (IOException lost) {
            throw new StorageUnavailableException("reading " + key.key() + " was cut off: " + lost.getMessage(), lost);
        }
    }

    /** Reads many states. */
    public <T> List<T> readAll(Collection<NumberedKey> keys, Function<Numbered, T> as) {
        return keys.stream().map(this::read).map(as).toList();
    }
}
