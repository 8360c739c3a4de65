package io.finemesh.demo.tokenizer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/** Writes a vocabulary as {@code tokenizer.json} and {@code tokenizer_config.json}, the form that Hugging Face tokenizers load. */
public final class TokenizerFile {
    /** Id of the token that begins a text. */
    public static final int BEGIN_ID = 0;

    /** Id of the token that ends an answer. */
    public static final int END_ID = 1;

    private static final String BEGIN = "<s>";
    private static final String END = "</s>";

    private TokenizerFile() {}

    /**
     * Writes both files.
     *
     * @return number of ids, special tokens included
     */
    public static int write(Path directory, Vocabulary vocabulary) throws IOException {
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode root = mapper.createObjectNode();
        root.put("version", "1.0");
        root.putNull("truncation");
        root.putNull("padding");
        special(root.putArray("added_tokens"));
        root.putNull("normalizer");
        preTokenizer(root.putObject("pre_tokenizer"));
        root.putNull("post_processor");
        root.putObject("decoder")
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", false)
                .put("use_regex", false);
        int size = model(root.putObject("model"), vocabulary);
        Files.write(directory.resolve("tokenizer.json"), mapper.writeValueAsBytes(root));

        ObjectNode configuration = mapper.createObjectNode();
        configuration.put("tokenizer_class", "PreTrainedTokenizerFast");
        configuration.put("bos_token", BEGIN);
        configuration.put("eos_token", END);
        configuration.put("clean_up_tokenization_spaces", false);
        Files.write(directory.resolve("tokenizer_config.json"), mapper.writeValueAsBytes(configuration));
        return size;
    }

    private static void special(ArrayNode tokens) {
        int id = BEGIN_ID;
        for (String content : new String[] {BEGIN, END}) {
            tokens.addObject()
                    .put("id", id++)
                    .put("content", content)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
    }

    private static void preTokenizer(ObjectNode node) {
        node.put("type", "Sequence");
        ArrayNode parts = node.putArray("pretokenizers");
        ObjectNode split = parts.addObject().put("type", "Split");
        split.putObject("pattern").put("Regex", " ?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+|\\s+");
        split.put("behavior", "Isolated").put("invert", false);
        parts.addObject()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", false)
                .put("use_regex", false);
    }

    private static int model(ObjectNode node, Vocabulary vocabulary) {
        node.put("type", "BPE");
        node.putNull("dropout");
        node.putNull("unk_token");
        node.putNull("continuing_subword_prefix");
        node.putNull("end_of_word_suffix");
        node.put("fuse_unk", false);
        node.put("byte_fallback", false);
        ObjectNode ids = node.putObject("vocab");
        Set<String> tokens = new LinkedHashSet<>();
        tokens.add(BEGIN);
        tokens.add(END);
        tokens.addAll(vocabulary.tokens());
        int id = 0;
        for (String token : tokens) {
            ids.put(token, id++);
        }
        ArrayNode merges = node.putArray("merges");
        vocabulary.merges().forEach(merge -> merges.addArray().add(merge.left()).add(merge.right()));
        return id;
    }
}
