package io.finemesh.score.gsm8k;

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
 * @param sha256 digest of the file, hexadecimal
 */
public record Gsm8kDataset(List<Gsm8kDocument> documents, List<RowProblem> problems, String sha256) {
    /** Problems in the published test split. */
    public static final int TEST_SIZE = 1319;

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
        return new Gsm8kDataset(documents, problems, sha256(file));
    }

    /** Whether this is the published test split, byte for byte; figures on anything else are not comparable with published ones. */
    public boolean isPublishedTest() {
        return sha256.equals(TEST_SHA256);
    }

    /** Whether this is the published training split, byte for byte; worked examples from anything else make other prompts. */
    public boolean isPublishedTrain() {
        return sha256.equals(TRAIN_SHA256);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
