package io.finemesh.score.gsm8k;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.score.python.PythonJson;
import io.finemesh.score.records.Fields;
import io.finemesh.score.records.Row;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowProblem.Kind;
import io.finemesh.score.records.RowReader;
import io.finemesh.score.records.Rows;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A file of problems.
 *
 * @param documents problems, in the order of the file
 * @param problems lines that cannot be used
 */
public record Gsm8kDataset(List<Gsm8kDocument> documents, List<RowProblem> problems) {
    /** Problems in the published test split. */
    public static final int TEST_SIZE = 1319;
    /** Problems in the published training split. */
    public static final int TRAIN_SIZE = 7473;

    private static final String TEST_SHA256 = "3730d312f6e3440559ace48831e51066acaca737f6eabec99bccb9e4b3c39d14";
    private static final String TRAIN_SHA256 = "17f347dc51477c50d4efb83959dbb7c56297aba886e5544ee2aaed3024813465";

    public Gsm8kDataset {
        documents = List.copyOf(documents);
        problems = List.copyOf(problems);
    }

    /**
     * Reads JSON Lines with {@code question} and {@code answer}. An answer without {@code #### N} and a question that was there before are problems;
     * their rows are left out.
     */
    public static Gsm8kDataset read(byte[] file) {
        return read(file, "answer", true);
    }

    /** Reads worked examples in words, JSON Lines with {@code question} and {@code target}, for the chain-of-thought variants. */
    public static Gsm8kDataset readExamples(byte[] file) {
        return read(file, "target", false);
    }

    private static Gsm8kDataset read(byte[] file, String answerField, boolean marked) {
        Rows rows = RowReader.read(file);
        List<RowProblem> problems = new ArrayList<>(rows.problems());
        List<Gsm8kDocument> documents = new ArrayList<>();
        Map<String, Integer> lines = new HashMap<>();
        for (Row row : rows.rows()) {
            Fields fields = new Fields(row, problems::add);
            Optional<String> question = fields.text(false, List.of("question"));
            Optional<String> answer = fields.text(false, List.of(answerField));
            if (question.isEmpty() || answer.isEmpty()) {
                continue;
            }
            Integer first = lines.putIfAbsent(question.get(), row.line());
            if (first != null) {
                fields.problem(Kind.DUPLICATE, "the question of line " + first + " again");
            } else if (marked && !answer.get().contains(FinalAnswer.MARK)) {
                fields.problem(Kind.BAD_VALUE, "the answer has no final number marked \"#### N\"");
            } else {
                documents.add(new Gsm8kDocument(question.get(), answer.get(), row.value()));
            }
        }
        return new Gsm8kDataset(documents, problems);
    }

    /** Whether these are the problems of the published test split, word for word and in their order; figures on anything else are not comparable with published ones. */
    public static boolean isPublishedTest(List<Gsm8kDocument> documents) {
        return documents.size() == TEST_SIZE && sha256(documents).equals(TEST_SHA256);
    }

    /** Whether these are the problems of the published training split; worked examples from anything else make other prompts. */
    public static boolean isPublishedTrain(List<Gsm8kDocument> documents) {
        return documents.size() == TRAIN_SIZE && sha256(documents).equals(TRAIN_SHA256);
    }

    /** Digest of problems as the published files write them, whatever file they were read from. */
    private static String sha256(List<Gsm8kDocument> documents) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Gsm8kDocument document : documents) {
                ObjectNode row = JsonNodeFactory.instance.objectNode();
                row.put("question", document.question()).put("answer", document.answer());
                digest.update((PythonJson.line(row, true) + "\n").getBytes(UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
