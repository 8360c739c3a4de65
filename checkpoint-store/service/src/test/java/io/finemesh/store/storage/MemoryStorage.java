package io.finemesh.store.storage;

import io.finemesh.checkpoint.digest.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Object storage in memory that does what it is told to do wrong. Each call is one operation, counted from 0. */
public final class MemoryStorage implements ObjectStorage {
    private final TreeMap<String, byte[]> objects = new TreeMap<>();
    private final List<String> operations = new ArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<FaultPlan> plan = new AtomicReference<>(FaultPlan.NONE);

    /** What goes wrong at an operation. */
    public enum Fault {
        /** Nothing. */
        NONE,
        /** The process dies before the operation. */
        DEATH_BEFORE,
        /** The process dies after the operation, before it hears of it. */
        DEATH_AFTER,
        /** The server answers 500 and did nothing. */
        SERVER_ERROR,
        /** The server did it, and the answer is lost. */
        REPLY_LOST,
        /** No space is left; nothing was written. */
        FULL,
        /** A body that is read ends in the middle. */
        BODY_CUT,
        /** A body that is read has a bit flipped. */
        BODY_DAMAGED
    }

    /** Says what goes wrong when. */
    @FunctionalInterface
    public interface FaultPlan {
        FaultPlan NONE = (index, operation) -> Fault.NONE;

        Fault at(int index, String operation);

        /** One fault at one operation. */
        static FaultPlan once(int at, Fault fault) {
            return (index, operation) -> index == at ? fault : Fault.NONE;
        }

        /** The same fault at every operation whose description begins so. */
        static FaultPlan always(String prefix, Fault fault) {
            return (index, operation) -> operation.startsWith(prefix) ? fault : Fault.NONE;
        }

        /** A fault at the first operation whose description begins so. */
        static FaultPlan first(String prefix, Fault fault) {
            AtomicInteger seen = new AtomicInteger();
            return (index, operation) ->
                    operation.startsWith(prefix) && seen.getAndIncrement() == 0 ? fault : Fault.NONE;
        }
    }

    /** The end of the process: no error handling of the service may see it, so it is no exception. */
    public static final class ProcessDeath extends Error {
        private static final long serialVersionUID = 1L;

        ProcessDeath(String operation) {
            super("the process died at " + operation);
        }
    }

    /** From now on this goes wrong, counted from 0 again. */
    public synchronized void fail(FaultPlan faults) {
        plan.set(faults);
        next.set(0);
        operations.clear();
    }

    /** What was done since {@link #fail} was called. */
    public synchronized List<String> operations() {
        return List.copyOf(operations);
    }

    /** Every key with its bytes. */
    public synchronized TreeMap<String, byte[]> objects() {
        return new TreeMap<>(objects);
    }

    /** Writes an object as somebody else would, for instance by a presigned URL. */
    public synchronized void place(String key, byte[] bytes) {
        objects.put(key, bytes.clone());
    }

    /** Removes an object as somebody else would. */
    public synchronized void remove(String key) {
        objects.remove(key);
    }

    @Override
    public PutOutcome putIfAbsent(String key, ObjectContent content) {
        Fault fault = begin("put " + key);
        byte[] bytes = read(content);
        if (!Sha256.of(bytes).equals(content.sha256()) || bytes.length != content.sizeBytes()) {
            throw new StorageUnavailableException("BadDigest at " + key);
        }
        if (fault == Fault.FULL) {
            throw new StorageFullException("no space left", null);
        }
        PutOutcome outcome;
        synchronized (this) {
            outcome = objects.putIfAbsent(key, bytes) == null ? PutOutcome.CREATED : PutOutcome.TAKEN;
        }
        end(fault, "put " + key);
        return outcome;
    }

    @Override
    public Optional<StoredObject> get(String key) {
        Fault fault = begin("get " + key);
        byte[] found;
        synchronized (this) {
            found = objects.get(key);
        }
        end(fault, "get " + key);
        if (found == null) {
            return Optional.empty();
        }
        byte[] delivered =
                switch (fault) {
                    case BODY_CUT -> Arrays.copyOf(found, found.length / 2);
                    case BODY_DAMAGED -> damaged(found);
                    case NONE, DEATH_BEFORE, DEATH_AFTER, SERVER_ERROR, REPLY_LOST, FULL -> found;
                };
        return Optional.of(new StoredObject(
                new ObjectFacts(key, found.length, Sha256.of(found)),
                new ExactLengthStream(new ByteArrayInputStream(delivered), found.length, () -> {})));
    }

    @Override
    public Optional<ObjectFacts> head(String key) {
        Fault fault = begin("head " + key);
        byte[] found;
        synchronized (this) {
            found = objects.get(key);
        }
        end(fault, "head " + key);
        return Optional.ofNullable(found).map(bytes -> new ObjectFacts(key, bytes.length, Sha256.of(bytes)));
    }

    @Override
    public List<ObjectFacts> list(String prefix) {
        Fault fault = begin("list " + prefix);
        List<ObjectFacts> found;
        synchronized (this) {
            found = objects.entrySet().stream()
                    .filter(entry -> entry.getKey().startsWith(prefix))
                    .map(entry -> new ObjectFacts(entry.getKey(), entry.getValue().length, Sha256.of(entry.getValue())))
                    .toList();
        }
        end(fault, "list " + prefix);
        return found;
    }

    @Override
    public CopyOutcome copy(String source, String entityTag, String target) {
        Fault fault = begin("copy " + source);
        if (fault == Fault.FULL) {
            throw new StorageFullException("no space left", null);
        }
        CopyOutcome outcome;
        synchronized (this) {
            byte[] found = objects.get(source);
            if (found == null) {
                outcome = CopyOutcome.SOURCE_MISSING;
            } else if (!Sha256.of(found).equals(entityTag)) {
                outcome = CopyOutcome.SOURCE_CHANGED;
            } else {
                objects.put(target, found);
                outcome = CopyOutcome.COPIED;
            }
        }
        end(fault, "copy " + source);
        return outcome;
    }

    @Override
    public void delete(String key) {
        Fault fault = begin("delete " + key);
        synchronized (this) {
            objects.remove(key);
        }
        end(fault, "delete " + key);
    }

    @Override
    public URI presignGet(String key, Duration validity) {
        return URI.create("memory:/get/" + key);
    }

    @Override
    public URI presignPut(String key, long sizeBytes, Duration validity) {
        return URI.create("memory:/put/" + key + "?size=" + sizeBytes);
    }

    @Override
    public void requireReachable() {
        end(begin("bucket"), "bucket");
    }

    private Fault begin(String operation) {
        Fault fault;
        synchronized (this) {
            operations.add(operation);
            fault = plan.get().at(next.getAndIncrement(), operation);
        }
        switch (fault) {
            case DEATH_BEFORE -> throw new ProcessDeath(operation);
            case SERVER_ERROR -> throw new StorageUnavailableException("HTTP 500 at " + operation);
            case NONE, DEATH_AFTER, REPLY_LOST, FULL, BODY_CUT, BODY_DAMAGED -> {}
        }
        return fault;
    }

    private static void end(Fault fault, String operation) {
        switch (fault) {
            case DEATH_AFTER -> throw new ProcessDeath(operation);
            case REPLY_LOST -> throw new StorageUnavailableException("no answer at " + operation);
            case NONE, DEATH_BEFORE, SERVER_ERROR, FULL, BODY_CUT, BODY_DAMAGED -> {}
        }
    }

    private static byte[] read(ObjectContent content) {
        try (InputStream in = content.source().open()) {
            return in.readAllBytes();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static byte[] damaged(byte[] bytes) {
        byte[] copy = bytes.clone();
        copy[copy.length / 2] ^= 1;
        return copy;
    }
}
