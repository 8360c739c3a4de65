package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.cli.display.Table;
import io.finemesh.score.mtbench.AnswerCheck;
import io.finemesh.score.mtbench.Category;
import io.finemesh.score.mtbench.Judgment;
import io.finemesh.score.mtbench.JudgmentFile;
import io.finemesh.score.mtbench.ModelAnswer;
import io.finemesh.score.mtbench.MtBenchScore;
import io.finemesh.score.mtbench.PairScore;
import io.finemesh.score.mtbench.Question;
import io.finemesh.score.mtbench.Rating;
import io.finemesh.score.records.RowProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Sums up MT-bench judgments. */
@Command(
        name = "mt-bench",
        description = "Sum up MT-bench judgments as FastChat does, as they are and without duplicates.",
        mixinStandardHelpOptions = true)
public final class ScoreMtBenchCommand implements Callable<Integer> {
    @Mixin
    private Session session;

    @Option(
            names = "--judgments",
            required = true,
            paramLabel = "FILE",
            description = "judgments of single answers or of pairs, one JSON object a line")
    private Path judgments;

    @Option(
            names = "--answers",
            paramLabel = "FILE",
            description = "answers of a model; says which judgments are about other texts. May be given more than once")
    private List<Path> answers = List.of();

    @Option(
            names = "--questions",
            paramLabel = "FILE",
            description = "the questions, for categories of others than the published 80")
    private Path questions;

    @Option(names = "--baseline", paramLabel = "MODEL", description = "count only pairs with this model")
    private String baseline;

    @Override
    public Integer call() throws IOException {
        JudgmentFile file = JudgmentFile.read(ScoreReport.read(judgments));
        List<RowProblem> problems = new ArrayList<>(file.problems());
        ScoreReport report = new ScoreReport(session);
        ObjectNode document = report.document();
        document.put("task", "mt_bench").put("rules", "FastChat llm_judge").put("judgments", judgments.toString());
        document.put("rows", file.single().size() + file.pairs().size());
        document.put("reparsed", file.reparsed());
        file.differing().forEach(document.putArray("lines_whose_score_is_not_in_their_judgment")::add);
        judges(file.single(), document);
        notes(file.single(), document);
        LongFunction<Optional<String>> categories = categories(problems);
        Map<String, MtBenchScore> asIs = MtBenchScore.asIs(file.single(), categories);
        Map<String, MtBenchScore> deduplicated =
                MtBenchScore.asIs(MtBenchScore.deduplicated(file.single()), categories);
        Map<String, String> labels = new LinkedHashMap<>();
        asIs.keySet()
                .forEach(model -> labels.put(
                        model,
                        MtBenchScore.label(file.single().stream()
                                .filter(judgment -> judgment.model().equals(model))
                                .toList())));
        put(document.putObject("fastchat_compat"), asIs, labels);
        put(document.putObject("deduplicated"), deduplicated, labels);
        if (!session.json() && !asIs.isEmpty()) {
            print(asIs, labels);
            if (!asIs.equals(deduplicated)) {
                session.out().println("without duplicates");
                print(deduplicated, labels);
            }
        }
        pairs(file, document);
        check(file, document, problems);
        return report.finish(problems, !file.single().isEmpty() || !file.pairs().isEmpty());
    }

    /** How often a rating was read in another way than as one plain rating, for those who distrust a judge. */
    private static void notes(List<Judgment> single, ObjectNode document) {
        Map<Rating.Note, Integer> counts = new EnumMap<>(Rating.Note.class);
        single.stream()
                .filter(judgment -> !judgment.reply().isEmpty())
                .forEach(judgment -> counts.merge(Rating.of(judgment.reply()).note(), 1, Integer::sum));
        ObjectNode notes = document.putObject("ratings_read");
        counts.forEach((note, count) -> notes.put(note.name().toLowerCase(Locale.ROOT), count));
    }

    private static void judges(List<Judgment> single, ObjectNode document) {
        TreeSet<String> judges = new TreeSet<>();
        single.forEach(judgment -> judges.add(judgment.judge()));
        judges.forEach(document.putArray("judges")::add);
    }

    private LongFunction<Optional<String>> categories(List<RowProblem> problems) throws IOException {
        if (questions == null) {
            return Category::ofPublished;
        }
        Map<Long, String> known = new HashMap<>();
        for (Question question : Question.read(ScoreReport.read(questions), in(questions, problems))) {
            known.put(question.id(), question.category());
        }
        return id -> Optional.ofNullable(known.get(id));
    }

    private static Consumer<RowProblem> in(Path file, List<RowProblem> problems) {
        return problem -> problems.add(
                new RowProblem(problem.line(), problem.kind(), file.getFileName() + ": " + problem.message()));
    }

    private static void put(ObjectNode target, Map<String, MtBenchScore> scores, Map<String, String> labels) {
        scores.forEach((model, score) -> {
            ObjectNode entry = target.putObject(model);
            entry.put("label", labels.get(model)).put("n_rows", score.rows()).put("n_error", score.errors());
            entry.put("n_questions", score.questions());
            put(entry, "turn1", score.firstTurn());
            put(entry, "turn2", score.secondTurn());
            put(entry, "average", score.average());
            ObjectNode byCategory = entry.putObject("by_category");
            score.byCategory().forEach(byCategory::put);
        });
    }

    private static void put(ObjectNode entry, String key, OptionalDouble value) {
        value.ifPresentOrElse(known -> entry.put(key, known), () -> entry.putNull(key));
    }

    private void print(Map<String, MtBenchScore> scores, Map<String, String> labels) {
        Table table = new Table("MODEL", "ROWS", "ERRORS", "TURN 1", "TURN 2", "AVERAGE", "");
        scores.forEach((model, score) -> table.row(
                model,
                Integer.toString(score.rows()),
                Integer.toString(score.errors()),
                text(score.firstTurn()),
                text(score.secondTurn()),
                text(score.average()),
                labels.get(model)));
        table.print(session.out());
        TreeSet<String> names = new TreeSet<>();
        scores.values().forEach(score -> names.addAll(score.byCategory().keySet()));
        if (!names.isEmpty()) {
            List<String> titles = new ArrayList<>(List.of("CATEGORY"));
            titles.addAll(scores.keySet());
            Table byCategory = new Table(titles.toArray(String[]::new));
            for (String name : names) {
                List<String> cells = new ArrayList<>(List.of(name));
                scores.values()
                        .forEach(score -> cells.add(text(
                                score.byCategory().containsKey(name)
                                        ? OptionalDouble.of(score.byCategory().get(name))
                                        : OptionalDouble.empty())));
                byCategory.row(cells.toArray(String[]::new));
            }
            byCategory.print(session.out());
        }
    }

    private static String text(OptionalDouble value) {
        return value.isPresent() ? String.format(Locale.ROOT, "%.4f", value.getAsDouble()) : "-";
    }

    private void pairs(JudgmentFile file, ObjectNode document) {
        if (file.pairs().isEmpty()) {
            return;
        }
        ObjectNode pairs = document.putObject("pairs");
        Table table = new Table("MODEL", "WIN", "LOSS", "TIE", "WIN RATE", "LOSS RATE", "ADJUSTED WIN RATE");
        for (PairScore score : PairScore.of(file.pairs(), Optional.ofNullable(baseline))) {
            pairs.putObject(score.model())
                    .put("win", score.wins())
                    .put("loss", score.losses())
                    .put("tie", score.ties())
                    .put("win_rate", score.winRate())
                    .put("loss_rate", score.lossRate())
                    .put("win_rate_adjusted", score.adjustedWinRate());
            table.row(
                    score.model(),
                    Integer.toString(score.wins()),
                    Integer.toString(score.losses()),
                    Integer.toString(score.ties()),
                    text(OptionalDouble.of(score.winRate())),
                    text(OptionalDouble.of(score.lossRate())),
                    text(OptionalDouble.of(score.adjustedWinRate())));
        }
        if (!session.json()) {
            table.print(session.out());
        }
    }

    private void check(JudgmentFile file, ObjectNode document, List<RowProblem> problems) throws IOException {
        if (answers.isEmpty()) {
            return;
        }
        Map<String, Map<Long, ModelAnswer>> byModel = new LinkedHashMap<>();
        for (Path path : answers) {
            ModelAnswer.read(ScoreReport.read(path), in(path, problems))
                    .forEach((question, answer) -> byModel.computeIfAbsent(answer.model(), key -> new LinkedHashMap<>())
                            .put(question, answer));
        }
        AnswerCheck check = AnswerCheck.of(file.single(), byModel);
        ObjectNode entry = document.putObject("answers");
        entry.put("checked", check.checked());
        check.other().forEach(entry.putArray("judgments_of_another_text")::add);
        check.unjudged().forEach(entry.putArray("not_judged")::add);
        check.unknown().forEach(entry.putArray("models_without_answers")::add);
        if (!session.json()) {
            session.out()
                    .printf(
                            Locale.ROOT,
                            "answers: %d judgments checked, %d are about another text, %d answers are not judged%n",
                            check.checked(),
                            check.other().size(),
                            check.unjudged().size());
        }
    }
}
