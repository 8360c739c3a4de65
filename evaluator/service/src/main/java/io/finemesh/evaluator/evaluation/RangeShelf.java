package io.finemesh.evaluator.evaluation;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.contract.evaluation.RangeScored;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.json.WireMapper;
import io.finemesh.contract.store.BlobReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Where the answers of ranges are that anybody has scored: the cache of evaluations. Every evaluator hears of every range, so that whoever leads an evaluation, now or after a crash of the one before,
 * asks only for what is not there; an evaluator that is new reads it all from the log. Kept on disk, since the log is not read twice. Losing a file only costs the computation.
 */
public final class RangeShelf {
    private static final Logger LOG = Logger.getLogger(RangeShelf.class);

    private final Path directory;
    private final ObjectMapper mapper = WireMapper.create();
    private final Set<EvaluationId> watched = new HashSet<>();
    private final Map<EvaluationId, Failure> failures = new HashMap<>();

    public RangeShelf(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
    }

    /** A range that was scored. Hearing it again changes nothing. */
    public synchronized void scored(RangeScored range) {
        Path target = file(range.key());
        try {
            if (Files.notExists(target)) {
                Files.createDirectories(target.getParent());
                Path draft = target.resolveSibling("draft-" + UUID.randomUUID());
                Files.write(draft, mapper.writeValueAsBytes(range.answers()));
                Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException full) {
            LOG.warnf("where the answers of range %s are could not be kept: %s", range.key(), full.getMessage());
        }
        notifyAll();
    }

    /** A range could not be scored: the evaluation that asked for it ends, if it is led here. */
    public synchronized void failed(EvaluationId evaluation, Failure failure) {
        if (watched.contains(evaluation)) {
            failures.putIfAbsent(evaluation, failure);
            notifyAll();
        }
    }

    /** Something changed for those who wait. */
    public synchronized void wake() {
        notifyAll();
    }

    /** Where the answers of a range are, if it was scored. */
    public synchronized Optional<BlobReference> find(BlobDigest key) {
        Path file = file(key);
        try {
            return Optional.of(mapper.readValue(Files.readAllBytes(file), BlobReference.class));
        } catch (NoSuchFileException never) {
            return Optional.empty();
        } catch (IOException unreadable) {
            LOG.warnf("%s cannot be read, and the range is scored again: %s", file, unreadable.getMessage());
            forget(key);
            return Optional.empty();
        }
    }

    /** Answers that are said to be somewhere and are not there: the range is scored again. */
    public synchronized void forget(BlobDigest key) {
        try {
            Files.deleteIfExists(file(key));
        } catch (IOException stuck) {
            LOG.warnf("%s cannot be deleted: %s", file(key), stuck.getMessage());
        }
    }

    /** Begins to listen for failures of an evaluation's ranges; before anything is asked. */
    synchronized void watch(EvaluationId evaluation) {
        watched.add(evaluation);
    }

    /** Listens no longer. */
    synchronized void unwatch(EvaluationId evaluation) {
        watched.remove(evaluation);
        failures.remove(evaluation);
    }

    /** Asked whenever something changed. */
    @FunctionalInterface
    interface Interruption {
        void check() throws EvaluationException, InterruptedException;
    }

    /**
     * Waits until every range is there.
     *
     * @throws EvaluationException when one of them failed, or nobody wants them any more
     */
    synchronized void await(EvaluationId evaluation, Collection<BlobDigest> keys, Interruption interruption)
            throws EvaluationException, InterruptedException {
        Set<BlobDigest> missing = new HashSet<>(keys);
        while (true) {
            interruption.check();
            Failure failure = failures.get(evaluation);
            if (failure != null) {
                throw new EvaluationException(failure.code(), failure.message());
            }
            missing.removeIf(key -> Files.exists(file(key)));
            if (missing.isEmpty()) {
                return;
            }
            wait();
        }
    }

    private Path file(BlobDigest key) {
        return directory.resolve(key.value().substring(0, 2)).resolve(key.value() + ".json");
    }
}
