package io.finemesh.evaluator.evaluation;

import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.id.RunId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Which evaluations nobody waits for any more. Runs that ended early long ago are forgotten: what was asked for them has been answered since. An evaluation that was taken back is remembered on disk: its
 * request may come again after a crash, and the taking back does not.
 */
final class Wanted {
    private static final Logger LOG = Logger.getLogger(Wanted.class);
    private static final int REMEMBERED = 1_000;

    private final Path cancelled;
    private final Set<RunId> runs = Collections.synchronizedSet(Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<RunId, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    }));

    /** @param cancelled folder of evaluations that were taken back */
    Wanted(Path cancelled) throws IOException {
        this.cancelled = Files.createDirectories(cancelled);
    }

    void withdraw(RunId run) {
        runs.add(run);
    }

    void cancel(EvaluationId evaluation, String reason) {
        // Moved there whole: the device's thread asks at any moment, and a file that is there says why.
        try {
            Path written = Files.writeString(Files.createTempFile(cancelled, "reason", ".part"), reason);
            Files.move(written, file(evaluation), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException full) {
            LOG.warnf("that evaluation %s was cancelled could not be kept: %s", evaluation, full.getMessage());
        }
    }

    boolean isWanted(EvaluationId evaluation, Optional<RunId> run) {
        return Files.notExists(file(evaluation)) && run.filter(runs::contains).isEmpty();
    }

    /** Returns if somebody waits for it. */
    void require(EvaluationId evaluation, Optional<RunId> run) throws EvaluationException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("the evaluator stops");
        }
        if (Files.exists(file(evaluation))) {
            throw new EvaluationException(
                    FailureCode.EVALUATION_WITHDRAWN,
                    "evaluation " + evaluation + " was cancelled" + reason(evaluation));
        }
        if (run.filter(runs::contains).isPresent()) {
            throw new EvaluationException(
                    FailureCode.EVALUATION_WITHDRAWN,
                    "run " + run.get() + " ended before evaluation " + evaluation + " had its scores");
        }
    }

    private String reason(EvaluationId evaluation) {
        try {
            return ": " + Files.readString(file(evaluation));
        } catch (IOException unreadable) {
            return "";
        }
    }

    private Path file(EvaluationId evaluation) {
        return cancelled.resolve(evaluation.value().replace(':', '_'));
    }
}
