package io.finemesh.engine.text;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Small tokenizers written out as {@code tokenizer.json}, one of each kind that real models have. */
public final class TokenizerFiles {
    /** First words of every word-level vocabulary here; 0 stands for unknown words, 1 is put before a text, 2 ends it. */
    public static final List<String> WORD_LEVEL_SPECIAL = List.of("<unk>", "<s>", "</s>");

    /** Special tokens of the byte-level tokenizer, after its 256 bytes and its merges. */
    public static final List<String> BYTE_LEVEL_SPECIAL = List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>");

    private static final List<List<String>> MERGES = List.of(
            List.of("h", "e"),
            List.of("l", "l"),
            List.of("he", "ll"),
            List.of("hell", "o"),
            List.of("Ġ", "t"),
            List.of("Ġt", "he"));

    private static final ObjectMapper JSON = new ObjectMapper();

    private TokenizerFiles() {}

    /** Cuts at white space and looks words up; names of special tokens are in its vocabulary like any word. */
    public static Path wordLevel(Path folder, String... words) {
        Map<String, Object> vocabulary = new LinkedHashMap<>();
        WORD_LEVEL_SPECIAL.forEach(word -> vocabulary.put(word, vocabulary.size()));
        for (String word : words) {
            vocabulary.put(word, vocabulary.size());
        }
        Map<String, Object> file = file(
                added(WORD_LEVEL_SPECIAL, 0), Map.of("type", "WordLevel", "unk_token", "<unk>", "vocab", vocabulary));
        file.put("pre_tokenizer", Map.of("type", "WhitespaceSplit"));
        file.put("post_processor", beginningOfText("<s>", 1));
        return write(folder.resolve("word-level.json"), file);
    }

    /** Bytes and a few merges, as GPT-2 and Llama 3 have them; special tokens are outside the model's vocabulary. */
    public static Path byteLevel(Path folder) {
        Map<String, Object> vocabulary = new LinkedHashMap<>();
        byteAlphabet().forEach(letter -> vocabulary.put(letter, vocabulary.size()));
        MERGES.forEach(merge -> vocabulary.put(String.join("", merge), vocabulary.size()));
        Map<String, Object> file = file(
                added(BYTE_LEVEL_SPECIAL, vocabulary.size()),
                Map.of("type", "BPE", "vocab", vocabulary, "merges", MERGES));
        file.put(
                "pre_tokenizer",
                Map.of("type", "ByteLevel", "add_prefix_space", false, "trim_offsets", true, "use_regex", true));
        file.put(
                "decoder",
                Map.of("type", "ByteLevel", "add_prefix_space", true, "trim_offsets", true, "use_regex", true));
        return write(folder.resolve("byte-level.json"), file);
    }

    /** Ids of the byte-level tokenizer, special tokens included. */
    public static int byteLevelSize() {
        return 256 + MERGES.size() + BYTE_LEVEL_SPECIAL.size();
    }

    /** Pieces with scores, as SentencePiece has them; {@code </s>} is a piece that text could match. */
    public static Path unigram(Path folder) {
        List<List<Object>> pieces = new ArrayList<>();
        pieces.add(List.of("<unk>", 0.0));
        pieces.add(List.of("</s>", -1.0));
        for (String piece : List.of("<", "/", "s", ">", "a", "b")) {
            pieces.add(List.of(piece, -3.0));
        }
        return write(
                folder.resolve("unigram.json"),
                file(
                        added(List.of("<unk>", "</s>"), 0),
                        Map.of("type", "Unigram", "unk_id", 0, "vocab", pieces, "byte_fallback", false)));
    }

    static Path write(Path path, Object file) {
        try {
            return Files.writeString(path, JSON.writeValueAsString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Object> file(List<Map<String, Object>> added, Map<String, Object> model) {
        Map<String, Object> file = new LinkedHashMap<>();
        file.put("version", "1.0");
        file.put("truncation", null);
        file.put("padding", null);
        file.put("added_tokens", added);
        file.put("normalizer", null);
        file.put("pre_tokenizer", null);
        file.put("post_processor", null);
        file.put("decoder", null);
        file.put("model", model);
        return file;
    }

    static List<Map<String, Object>> added(List<String> tokens, int firstId) {
        List<Map<String, Object>> added = new ArrayList<>();
        for (String token : tokens) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("id", firstId + added.size());
            entry.put("content", token);
            for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
                entry.put(flag, false);
            }
            entry.put("special", true);
            added.add(entry);
        }
        return added;
    }

    private static Map<String, Object> beginningOfText(String token, int id) {
        Map<String, Object> special = Map.of("SpecialToken", Map.of("id", token, "type_id", 0));
        Map<String, Object> text = Map.of("Sequence", Map.of("id", "A", "type_id", 0));
        return Map.of(
                "type",
                "TemplateProcessing",
                "single",
                List.of(special, text),
                "pair",
                List.of(special, text),
                "special_tokens",
                Map.of(token, Map.of("id", token, "ids", List.of(id), "tokens", List.of(token))));
    }

    /** The letters that stand for bytes 0 to 255 in byte-level vocabularies (GPT-2, {@code bytes_to_unicode}). */
    private static List<String> byteAlphabet() {
        List<String> letters = new ArrayList<>();
        int beyond = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            letters.add(Character.toString(printable ? b : beyond++));
        }
        return letters;
    }
}
