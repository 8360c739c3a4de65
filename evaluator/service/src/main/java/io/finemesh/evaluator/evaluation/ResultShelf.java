package io.finemesh.evaluator.evaluation;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.contract.evaluation.EvaluationCompleted;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.json.WireMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Finished results on disk, by evaluation id, so that a command that is delivered again after a crash is answered and not computed again.
 * Losing a file only costs the computation.
 */
public final class ResultShelf {
    private static final Logger LOG = Logger.getLogger(ResultShelf.class);
    private final Path directory;
    private final ObjectMapper mapper = WireMapper.create();

    public ResultShelf(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
    }

    /** The result of an evaluation, if it was finished before. */
    public Optional<EvaluationCompleted> find(EvaluationId evaluation) {
        try {
            return Optional.of(mapper.readValue(Files.readAllBytes(file(evaluation)), EvaluationCompleted.class));
        } catch (NoSuchFileException neverFinished) {
            return Optional.empty();
        } catch (IOException unreadable) {
            LOG.warnf("result of %s cannot be read and is computed again: %s", evaluation, unreadable.getMessage());
            return Optional.empty();
        }
    }

    /** Keeps a result. */
    public void keep(EvaluationCompleted result) {
        Path target = file(result.evaluation());
        Path draft = target.resolveSibling(target.getFileName() + ".draft");
        try {
            Files.write(draft, mapper.writeValueAsBytes(result));
            Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException full) {
            LOG.warnf("result of %s could not be kept: %s", result.evaluation(), full.getMessage());
        }
    }

    private Path file(EvaluationId evaluation) {
        return directory.resolve(evaluation.value().replace(':', '_') + ".json");
    }
}
