package io.finemesh.engine.text;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.engine.text.TokenizerException.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A model's tokenizer, from its {@code tokenizer.json} (Hugging Face tokenizers). Works offline; safe for use by several threads; owns native memory until
 * closed.
 *
 * <p>Two ways to encode, kept apart on purpose: {@link #encode} takes any text for words, {@link #encodeWithSpecialTokens} recognises the names of
 * special tokens. Text of users must only ever go through the first.
 *
 * <p>No id outside the model's vocabulary leaves this class.
 */
public final class Tokenizer implements AutoCloseable {
    private final Path source;
    private final TokenizerFile file;
    private final SpecialTokens specialTokens;
    private final int vocabularySize;
    private final NativeTokenizer whole;
    private final NativeTokenizer words;
    private final Map<Integer, Integer> trueIds;
    private final int[] prefix;
    private final boolean addsLeadingSpace;

    private Tokenizer(
            Path source,
            TokenizerFile file,
            SpecialTokens specialTokens,
            int vocabularySize,
            NativeTokenizer whole,
            NativeTokenizer words,
            Map<Integer, Integer> trueIds) {
        this.source = source;
        this.file = file;
        this.specialTokens = specialTokens;
        this.vocabularySize = vocabularySize;
        this.whole = whole;
        this.words = words;
        this.trueIds = trueIds;
        this.prefix = checked(prefixOf(whole), "the tokenizer's prefix");
        this.addsLeadingSpace = words.addsLeadingSpace();
    }

    /** Loads the tokenizer of a model, with the end-of-text tokens of its configuration. */
    public static Tokenizer load(Path tokenizerJson, ModelConfiguration configuration) {
        return load(tokenizerJson, SpecialTokens.of(configuration), configuration.vocabularySize());
    }

    /**
     * Loads a tokenizer.
     *
     * @param tokenizerJson the file
     * @param specialTokens ids with a meaning of their own
     * @param vocabularySize rows of the model's embedding; every id must be below
     * @throws TokenizerException if the file cannot be used, or its vocabulary is larger than the model's
     */
    public static Tokenizer load(Path tokenizerJson, SpecialTokens specialTokens, int vocabularySize) {
        TokenizerFile file = TokenizerFile.read(tokenizerJson);
        if (file.largestModelId() >= vocabularySize) {
            throw new TokenizerException(
                    Reason.VOCABULARY_MISMATCH,
                    "tokenizer " + tokenizerJson + " has ids up to " + file.largestModelId()
                            + ", the model's vocabulary has " + vocabularySize
                            + " tokens; use the tokenizer that came with the model");
        }
        for (int id : specialTokens.endOfText()) {
            if (id < 0 || id >= vocabularySize) {
                throw new TokenizerException(
                        Reason.VOCABULARY_MISMATCH,
                        "end-of-text token " + id + " is outside the model's vocabulary of " + vocabularySize
                                + "; correct eos_token_id in config.json");
            }
        }
        NativeTokenizer whole = NativeTokenizer.of(file.json(), tokenizerJson);
        NativeTokenizer words = null;
        try {
            words = NativeTokenizer.of(file.withAliases(tokenizerJson), tokenizerJson);
            return new Tokenizer(
                    tokenizerJson,
                    file,
                    specialTokens,
                    vocabularySize,
                    whole,
                    words,
                    trueIds(words, file, tokenizerJson));
        } catch (RuntimeException failed) {
            whole.close();
            if (words != null) {
                words.close();
            }
            throw failed;
        }
    }

    /** What the post-processor puts before a text: its ids around those of a letter. */
    private static int[] prefixOf(NativeTokenizer whole) {
        int[] bare = whole.encode("a", false);
        int[] framed = whole.encode("a", true);
        for (int start = 0; start + bare.length <= framed.length; start++) {
            if (Arrays.equals(framed, start, start + bare.length, bare, 0, bare.length)) {
                return Arrays.copyOf(framed, start);
            }
        }
        return new int[0];
    }

    /** The file's id for each that the tokenizer with aliases gives another: the library numbers added tokens as it meets them. */
    private static Map<Integer, Integer> trueIds(NativeTokenizer words, TokenizerFile file, Path source) {
        Map<Integer, Integer> trueIds = new HashMap<>();
        file.addedTokens().forEach((name, id) -> {
            boolean special = file.specialTokens().containsKey(name);
            int[] given = words.encode(special ? SpecialAlias.of(id) : name, false);
            if (given.length == 1 && given[0] != id) {
                trueIds.put(given[0], id);
            } else if (given.length != 1 && special) {
                throw new TokenizerException(
                        Reason.MALFORMED,
                        "tokenizer " + source + " does not take its special token " + name + " for one token");
            }
        });
        return Map.copyOf(trueIds);
    }

    /** Ids of words: nothing is added, and names of special tokens in the text are words too. */
    public int[] encode(String text) {
        return checked(ids(words.encode(SpecialAlias.absentFrom(text), false)), text);
    }

    /**
     * Ids of a text in which special tokens stand where the caller says, and nowhere else.
     *
     * @param specials of the text's own; in order, none overlapping another
     */
    PlacedTokens encode(String text, List<SpecialPlace> specials) {
        AliasedText aliased = AliasedText.of(text, specials, this::requiredIdOf);
        List<int[]> starts = new ArrayList<>(1);
        int[] tokens = checked(ids(words.encode(aliased.text(), starts::add)), text);
        return new PlacedTokens(
                tokens,
                Arrays.stream(starts.getFirst())
                        .map(codePoint -> aliased.origins()[codePoint])
                        .toArray());
    }

    /** Names of the special tokens, for finding them in texts that may have them. */
    Set<String> specialTokenNames() {
        return file.specialTokens().keySet();
    }

    private int[] ids(int[] tokens) {
        return trueIds.isEmpty()
                ? tokens
                : Arrays.stream(tokens)
                        .map(token -> trueIds.getOrDefault(token, token))
                        .toArray();
    }

    /** Ids as the reference tokenizer gives them: names of special tokens stand for these tokens, and the post-processor adds its own. */
    public int[] encodeWithSpecialTokens(String text) {
        return checked(whole.encode(text, true), text);
    }

    /** What the tokenizer puts before every text: usually a beginning-of-text token, or nothing. */
    public int[] prefix() {
        return prefix.clone();
    }

    /** Whether the tokenizer begins every text with a space of its own (SentencePiece, byte-level with {@code add_prefix_space}). */
    public boolean addsLeadingSpace() {
        return addsLeadingSpace;
    }

    /**
     * The token appended to what an assistant says.
     *
     * @throws TokenizerException if the model's configuration names none
     */
    public int endOfText() {
        if (specialTokens.endOfText().isEmpty()) {
            throw new TokenizerException(
                    Reason.MISSING_SPECIAL_TOKEN,
                    "the model's configuration names no end-of-text token; set eos_token_id in config.json");
        }
        return specialTokens.endOfText().getFirst();
    }

    /** All tokens that end a text; may be empty. */
    public List<Integer> endOfTextTokens() {
        return specialTokens.endOfText();
    }

    /** Id of a special token, by its name. */
    public OptionalInt idOf(String specialToken) {
        Integer id = file.specialTokens().get(specialToken);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /**
     * Id of a special token that must exist.
     *
     * @throws TokenizerException naming the special tokens there are
     */
    public int requiredIdOf(String specialToken) {
        int id = idOf(specialToken)
                .orElseThrow(() -> new TokenizerException(
                        Reason.MISSING_SPECIAL_TOKEN,
                        "tokenizer " + source + " has no special token " + specialToken + "; it has "
                                + file.specialTokens().keySet()));
        return checked(new int[] {id}, specialToken)[0];
    }

    /** Text of ids, special tokens left out; bytes that are not UTF-8 become U+FFFD. */
    public String decode(int[] tokens) {
        return whole.decode(tokens, true);
    }

    /** Text of ids with the names of special tokens, for people. */
    public String decodeWithSpecialTokens(int[] tokens) {
        return whole.decode(tokens, false);
    }

    /** Rows of the model's embedding. */
    public int vocabularySize() {
        return vocabularySize;
    }

    private int[] checked(int[] tokens, String text) {
        for (int token : tokens) {
            if (token < 0 || token >= vocabularySize) {
                throw new TokenizerException(
                        Reason.VOCABULARY_MISMATCH,
                        "tokenizer " + source + " gives token " + token + " ("
                                + whole.decode(new int[] {token}, false) + ") for \"" + shortened(text)
                                + "\", but the model's vocabulary has " + vocabularySize
                                + " tokens; use the tokenizer that came with the model");
            }
        }
        return tokens;
    }

    private static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }

    @Override
    public void close() {
        whole.close();
        words.close();
    }
}
