package io.finemesh.demo.tokenizer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Byte-pair encoding (Sennrich et al. 2016) over bytes, small and deterministic: the most frequent neighbouring pair is merged, among
 * equals the alphabetically first. Words keep the space before them; every digit stands alone, so that arithmetic sees digits.
 */
public final class BytePairTrainer {
    /** What {@link TokenizerFile} writes as pre-tokenizer: an optional space with a word, a digit, a run of other marks, spaces. */
    private static final Pattern PIECES = Pattern.compile(" ?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+|\\s+");

    private BytePairTrainer() {}

    /**
     * Learns merges.
     *
     * @param texts text to learn from
     * @param merges at most this many merges
     */
    public static Vocabulary train(List<String> texts, int merges) {
        Map<List<String>, Long> words = new LinkedHashMap<>();
        for (String text : texts) {
            Matcher pieces = PIECES.matcher(text);
            while (pieces.find()) {
                words.merge(symbols(pieces.group()), 1L, Long::sum);
            }
        }
        List<String> tokens = ByteAlphabet.all();
        List<Vocabulary.Merge> learned = new ArrayList<>();
        while (learned.size() < merges) {
            Vocabulary.Merge best = mostFrequentPair(words);
            if (best == null) {
                break;
            }
            learned.add(best);
            tokens.add(best.joined());
            words = apply(best, words);
        }
        return new Vocabulary(tokens, learned);
    }

    private static List<String> symbols(String piece) {
        List<String> symbols = new ArrayList<>();
        for (byte value : piece.getBytes(UTF_8)) {
            symbols.add(ByteAlphabet.symbol(value));
        }
        return symbols;
    }

    private static Vocabulary.Merge mostFrequentPair(Map<List<String>, Long> words) {
        Map<Vocabulary.Merge, Long> counts = new TreeMap<>();
        words.forEach((word, count) -> {
            for (int index = 0; index + 1 < word.size(); index++) {
                counts.merge(new Vocabulary.Merge(word.get(index), word.get(index + 1)), count, Long::sum);
            }
        });
        Vocabulary.Merge best = null;
        long most = 1;
        for (Map.Entry<Vocabulary.Merge, Long> entry : counts.entrySet()) {
            if (entry.getValue() > most) {
                most = entry.getValue();
                best = entry.getKey();
            }
        }
        return best;
    }

    private static Map<List<String>, Long> apply(Vocabulary.Merge merge, Map<List<String>, Long> words) {
        Map<List<String>, Long> merged = new LinkedHashMap<>();
        words.forEach((word, count) -> merged.merge(apply(merge, word), count, Long::sum));
        return merged;
    }

    private static List<String> apply(Vocabulary.Merge merge, List<String> word) {
        List<String> merged = new ArrayList<>();
        for (int index = 0; index < word.size(); index++) {
            boolean here = index + 1 < word.size()
                    && word.get(index).equals(merge.left())
                    && word.get(index + 1).equals(merge.right());
            merged.add(here ? merge.joined() : word.get(index));
            index += here ? 1 : 0;
        }
        return merged;
    }
}
