package io.finemesh.evaluator.evaluation;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.contract.evaluation.JudgeSpending;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.json.WireMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * What every evaluator said that it spends of the judge's budget, so that an evaluator that goes on in another's place counts what that one spent. Kept on disk until the evaluation has ended, since the
 * log is not read twice.
 */
final class SpendingShelf {
    private static final Logger LOG = Logger.getLogger(SpendingShelf.class);
    private static final String KEPT = ".json";
    private final Path directory;
    private final ObjectMapper mapper = WireMapper.create();
    /** What the disk did not take: who waits for it would wait for ever, since it is not said again. */
    private final Map<Path, JudgeSpending> unkept = new HashMap<>();
    /** What was said here and is not heard yet. Its file does not tell: the evaluation may end, and forget it, before who waits has looked. */
    private final Set<JudgeSpending> awaited = new HashSet<>();

    SpendingShelf(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
    }

    /** An evaluator spends. The last word of each holds. */
    synchronized void heard(JudgeSpending spending) {
        Path target = file(spending);
        try {
            Files.createDirectories(target.getParent());
            Path draft = Files.write(
                    Files.createTempFile(target.getParent(), "draft", ".part"), mapper.writeValueAsBytes(spending));
            Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            unkept.remove(target);
        } catch (IOException full) {
            unkept.put(target, spending);
            LOG.warnf("what %s spends is kept in memory only: %s", spending.evaluator(), full.getMessage());
        }
        awaited.remove(spending);
        notifyAll();
    }

    /** An evaluation has ended, and nobody spends for it any more. */
    synchronized void ended(EvaluationId evaluation) {
        unkept.keySet().removeIf(file -> file.startsWith(folder(evaluation)));
        try (Stream<Path> files = Files.walk(folder(evaluation))) {
            for (Path file : files.sorted((one, other) -> other.compareTo(one)).toList()) {
                Files.delete(file);
            }
        } catch (IOException | UncheckedIOException never) {
            LOG.debugf("nothing of what %s spent is to be forgotten: %s", evaluation, never.getMessage());
        }
    }

    /** Something changed for those who wait. */
    synchronized void wake() {
        notifyAll();
    }

    /** Before it is said: what was said in an earlier life, in the same words, is not what is waited for. */
    synchronized void expect(JudgeSpending own) {
        awaited.add(own);
    }

    /** Waits until this, expected and said by oneself, is heard: everything that was said of the evaluation before is heard then. */
    synchronized void await(JudgeSpending own, RangeShelf.Interruption interruption)
            throws EvaluationException, InterruptedException {
        try {
            while (awaited.contains(own)) {
                interruption.check();
                wait();
            }
        } finally {
            awaited.remove(own);
        }
    }

    /** What evaluators but one have spent of a range's share. */
    synchronized List<JudgeSpending> others(EvaluationId evaluation, BlobDigest key, String own) throws IOException {
        Path folder = folder(evaluation);
        Set<Path> known = new TreeSet<>();
        unkept.keySet().stream().filter(file -> file.startsWith(folder)).forEach(known::add);
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                // What a kill left of a draft says again what stands beside it.
                files.filter(file -> file.toString().endsWith(KEPT)).forEach(known::add);
            }
        }
        return known.stream()
                .flatMap(file -> read(file).stream())
                .filter(spending ->
                        spending.key().equals(key) && !spending.evaluator().equals(own))
                .toList();
    }

    private Optional<JudgeSpending> read(Path file) {
        if (unkept.containsKey(file)) {
            return Optional.of(unkept.get(file));
        }
        try {
            return Files.exists(file)
                    ? Optional.of(mapper.readValue(Files.readAllBytes(file), JudgeSpending.class))
                    : Optional.empty();
        } catch (IOException unreadable) {
            LOG.warnf("%s cannot be read: %s", file, unreadable.getMessage());
            return Optional.empty();
        }
    }

    private Path folder(EvaluationId evaluation) {
        return directory.resolve(named(evaluation.value()));
    }

    private Path file(JudgeSpending spending) {
        return folder(spending.evaluation()).resolve(spending.key().value() + "-" + named(spending.evaluator()) + KEPT);
    }

    private static String named(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
