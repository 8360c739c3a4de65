package io.finemesh.workbench.parity;

import io.finemesh.engine.model.PackedRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The batch of each step, as a sentence of an expected file says it:
 *
 * <pre>ids[i][t]=EXPRESSION, i in A..B, t in 0..T-1, s=step; labels=ids with the first EXPRESSION of each row and the last EXPRESSION of row 1 masked (-100)</pre>
 *
 * <p>Expressions are {@link IntegerExpression}s of i, t, s and T. A row is a document of its own; label t is predicted from token t-1, so the label of the first
 * token is never used.
 */
final class BatchFormula {
    private static final Pattern SENTENCE = Pattern.compile(
            "\\s*ids\\[i]\\[t]\\s*=\\s*(?<ids>.+?)\\s*,\\s*i in (?<from>[^,]+?)\\.\\.(?<to>[^,]+?)\\s*,\\s*t in 0\\.\\.T-1"
                    + "\\s*,\\s*s\\s*=\\s*step\\s*(?:;\\s*labels\\s*=\\s*ids(?<masks>.*?))?\\s*");
    private static final Pattern MASKS = Pattern.compile("\\s*with (?<clauses>.+?) masked(?: \\(-100\\))?\\s*");
    private static final Pattern MASK = Pattern.compile(
            "\\s*the (?<end>first|last) (?<count>.+?) of (?:(?<all>each|every) row|row (?<row>.+?))\\s*");

    private final String ids;
    private final long firstRow;
    private final long lastRow;
    private final int length;
    private final List<Mask> masks;

    /** @param row absent for every row */
    private record Mask(boolean first, String count, Optional<String> row) {}

    private BatchFormula(String ids, long firstRow, long lastRow, int length, List<Mask> masks) {
        this.ids = ids;
        this.firstRow = firstRow;
        this.lastRow = lastRow;
        this.length = length;
        this.masks = masks;
    }

    /**
     * Reads the sentence.
     *
     * @param length T, tokens of a row
     * @throws ParityException if it says something else
     */
    static BatchFormula parse(String sentence, int length) {
        Matcher matcher = SENTENCE.matcher(sentence);
        if (!matcher.matches()) {
            throw notUnderstood(sentence);
        }
        Map<String, Long> variables = Map.of("T", (long) length);
        long from = IntegerExpression.evaluate(matcher.group("from"), variables);
        long to = IntegerExpression.evaluate(matcher.group("to"), variables);
        if (from < 0 || to < from || to - from > 10_000 || (to - from + 1) * length > 1 << 24) {
            throw new ParityException("batch: rows " + from + " to " + to + " of " + length
                    + " tokens; understood are up to 10001 rows of up to 2^24 tokens in all");
        }
        List<Mask> masks = new ArrayList<>();
        String said = matcher.group("masks");
        if (said != null && !said.isBlank()) {
            Matcher all = MASKS.matcher(said);
            if (!all.matches()) {
                throw notUnderstood(sentence);
            }
            for (String clause : all.group("clauses").split(" and |, (?=the )")) {
                Matcher mask = MASK.matcher(clause);
                if (!mask.matches()) {
                    throw notUnderstood(sentence);
                }
                masks.add(new Mask(
                        mask.group("end").equals("first"),
                        mask.group("count"),
                        Optional.ofNullable(mask.group("row"))));
            }
        }
        BatchFormula formula = new BatchFormula(matcher.group("ids"), from, to, length, List.copyOf(masks));
        formula.batch(0); // every expression is used once, so that mistakes are found now
        return formula;
    }

    private static ParityException notUnderstood(String sentence) {
        return new ParityException(
                "batch: found \"" + sentence + "\"; understood is \"ids[i][t]=EXPRESSION, i in A..B, "
                        + "t in 0..T-1, s=step; labels=ids with the first N of each row and the last N of row R masked (-100)\"");
    }

    /** Number of rows. */
    int rows() {
        return Math.toIntExact(lastRow - firstRow + 1);
    }

    /** Tokens of a row. */
    int length() {
        return length;
    }

    /** Tokens of all rows of a step. */
    int[][] ids(long step) {
        int[][] tokens = new int[rows()][length];
        Map<String, Long> variables = new TreeMap<>(Map.of("T", (long) length, "s", step));
        for (int r = 0; r < tokens.length; r++) {
            variables.put("i", firstRow + r);
            for (int t = 0; t < length; t++) {
                variables.put("t", (long) t);
                tokens[r][t] = Math.toIntExact(IntegerExpression.evaluate(ids, variables));
            }
        }
        return tokens;
    }

    /** The rows of a step, each a document. */
    PackedRow batch(long step) {
        int[][] rows = ids(step);
        int[] tokens = new int[rows.length * length];
        int[] targets = new int[tokens.length];
        int[] starts = new int[rows.length + 1];
        Arrays.fill(targets, PackedRow.NO_TARGET);
        for (int r = 0; r < rows.length; r++) {
            int start = r * length;
            starts[r + 1] = start + length;
            System.arraycopy(rows[r], 0, tokens, start, length);
            boolean[] masked = masked(r, step);
            for (int t = 1; t < length; t++) {
                if (!masked[t]) {
                    targets[start + t - 1] = tokens[start + t];
                }
            }
        }
        return new PackedRow(tokens, starts, targets);
    }

    private boolean[] masked(int row, long step) {
        Map<String, Long> variables = new TreeMap<>(Map.of("T", (long) length, "s", step, "i", firstRow + row));
        boolean[] masked = new boolean[length];
        for (Mask mask : masks) {
            if (mask.row().isPresent() && IntegerExpression.evaluate(mask.row().get(), variables) != firstRow + row) {
                continue;
            }
            long count = IntegerExpression.evaluate(mask.count(), variables);
            int bounded = Math.toIntExact(Math.clamp(count, 0, length));
            if (mask.first()) {
                Arrays.fill(masked, 0, bounded, true);
            } else {
                Arrays.fill(masked, length - bounded, length, true);
            }
        }
        return masked;
    }
}
