package io.finemesh.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.engine.text.TokenizerException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {
    private static final SpecialTokens ENDS_WITH_2 = new SpecialTokens(List.of(2));
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private Tokenizer wordLevel() {
        return Tokenizer.load(TokenizerFiles.wordLevel(folder, "Tom", "has", "7"), ENDS_WITH_2, 6);
    }

    private Tokenizer byteLevel() {
        return Tokenizer.load(
                TokenizerFiles.byteLevel(folder), new SpecialTokens(List.of(262)), TokenizerFiles.byteLevelSize());
    }

    @Test
    void encodesWordsAndDecodesThem() {
        try (Tokenizer tokenizer = wordLevel()) {
            assertThat(tokenizer.encode("Tom has 7")).containsExactly(3, 4, 5);
            assertThat(tokenizer.encode("Tom had")).containsExactly(3, 0);
            assertThat(tokenizer.encode("")).isEmpty();
            assertThat(tokenizer.decode(new int[] {1, 3, 4, 5, 2})).isEqualTo("Tom has 7");
            assertThat(tokenizer.decodeWithSpecialTokens(new int[] {1, 3, 2})).isEqualTo("<s> Tom </s>");
        }
    }

    @Test
    void addsAndRecognisesSpecialTokensOnlyWhenAsked() {
        try (Tokenizer tokenizer = wordLevel()) {
            assertThat(tokenizer.encodeWithSpecialTokens("Tom </s>")).containsExactly(1, 3, 2);
            assertThat(tokenizer.prefix()).containsExactly(1);
            assertThat(tokenizer.idOf("</s>")).hasValue(2);
            assertThat(tokenizer.idOf("Tom")).isEmpty();
            assertThat(tokenizer.endOfText()).isEqualTo(2);
        }
    }

    @Test
    void wordsThatLookLikeSpecialTokensStayWords() {
        try (Tokenizer words = wordLevel();
                Tokenizer bytes = byteLevel();
                Tokenizer pieces = Tokenizer.load(TokenizerFiles.unigram(folder), new SpecialTokens(List.of(1)), 8)) {
            assertThat(words.encode("<s> Tom </s>")).containsExactly(0, 3, 0);
            assertThat(bytes.encode("<|im_end|>"))
                    .hasSize("<|im_end|>".length())
                    .doesNotContain(264);
            assertThat(bytes.encodeWithSpecialTokens("<|im_end|>")).containsExactly(264);
            assertThat(pieces.encode("a</s>")).containsExactly(6, 2, 3, 4, 5);
            assertThat(pieces.encodeWithSpecialTokens("a</s>")).containsExactly(6, 1);
        }
    }

    @Test
    void mergesAsTheFileSays() {
        try (Tokenizer tokenizer = byteLevel()) {
            assertThat(tokenizer.encode("hello")).containsExactly(259);
            assertThat(tokenizer.encode("hello the")).containsExactly(259, 261);
            assertThat(tokenizer.prefix()).isEmpty();
        }
    }

    @Test
    void anyTextSurvivesByteLevelEncoding() {
        long seed = 0x5eed_0011L;
        SplittableRandom random = new SplittableRandom(seed);
        try (Tokenizer tokenizer = byteLevel()) {
            for (int trial = 0; trial < 300; trial++) {
                StringBuilder text = new StringBuilder();
                for (int i = random.nextInt(30); i > 0; i--) {
                    int codePoint = random.nextInt(4) == 0 ? random.nextInt(0x11_0000) : random.nextInt(0x80);
                    // Halves of surrogate pairs are not characters and have no UTF-8 form.
                    text.appendCodePoint(codePoint >= 0xD800 && codePoint < 0xE000 ? ' ' : codePoint);
                }
                String facts = "seed %d, trial %d: %s".formatted(seed, trial, text);
                int[] ids = tokenizer.encode(text.toString());
                assertThat(tokenizer.decode(ids)).as(facts).isEqualTo(text.toString());
            }
        }
    }

    @Test
    void bytesThatAreNotTextAreShownAsSuch() {
        try (Tokenizer tokenizer = byteLevel()) {
            int[] euro = tokenizer.encode("€");
            assertThat(tokenizer.decode(new int[] {euro[0]})).isEqualTo("\uFFFD");
        }
    }

    @Test
    void aVocabularyLargerThanTheModelsIsRefused() {
        assertThatThrownBy(() -> Tokenizer.load(TokenizerFiles.wordLevel(folder, "a", "b"), ENDS_WITH_2, 4))
                .isInstanceOfSatisfying(TokenizerException.class, refused -> {
                    assertThat(refused.reason()).isEqualTo(Reason.VOCABULARY_MISMATCH);
                    assertThat(refused).hasMessageContaining("ids up to 4").hasMessageContaining("has 4 tokens");
                });
    }

    @Test
    void anAddedTokenBeyondTheModelIsRefusedWhereItIsUsed() {
        int withoutLast = TokenizerFiles.byteLevelSize() - 1;
        try (Tokenizer tokenizer =
                Tokenizer.load(TokenizerFiles.byteLevel(folder), new SpecialTokens(List.of()), withoutLast)) {
            assertThat(tokenizer.encode("<|im_end|>")).isNotEmpty();
            assertThatThrownBy(() -> tokenizer.encodeWithSpecialTokens("hello<|im_end|>"))
                    .isInstanceOfSatisfying(TokenizerException.class, refused -> {
                        assertThat(refused.reason()).isEqualTo(Reason.VOCABULARY_MISMATCH);
                        assertThat(refused)
                                .hasMessageContaining("token 264 (<|im_end|>)")
                                .hasMessageContaining("has 264 tokens");
                    });
            assertThatThrownBy(() -> tokenizer.requiredIdOf("<|im_end|>"))
                    .isInstanceOfSatisfying(TokenizerException.class, refused -> assertThat(refused.reason())
                            .isEqualTo(Reason.VOCABULARY_MISMATCH));
        }
    }

    @Test
    void endOfTextTokensAreWithinTheVocabulary() {
        assertThatThrownBy(() ->
                        Tokenizer.load(TokenizerFiles.wordLevel(folder, "a"), new SpecialTokens(List.of(2, 99)), 4))
                .isInstanceOfSatisfying(TokenizerException.class, refused -> {
                    assertThat(refused.reason()).isEqualTo(Reason.VOCABULARY_MISMATCH);
                    assertThat(refused).hasMessageContaining("token 99");
                });
    }

    @Test
    void missingSpecialTokensAreNamed() {
        try (Tokenizer tokenizer =
                Tokenizer.load(TokenizerFiles.wordLevel(folder, "a"), new SpecialTokens(List.of()), 4)) {
            assertThatThrownBy(tokenizer::endOfText)
                    .isInstanceOfSatisfying(TokenizerException.class, refused -> assertThat(refused.reason())
                            .isEqualTo(Reason.MISSING_SPECIAL_TOKEN))
                    .hasMessageContaining("eos_token_id");
            assertThatThrownBy(() -> tokenizer.requiredIdOf("<|im_start|>"))
                    .hasMessageContaining("no special token <|im_start|>")
                    .hasMessageContaining("</s>");
        }
    }

    @Test
    void filesThatAreNoTokenizersAreRefusedWithTheReason() throws IOException {
        assertRefused(folder.resolve("absent.json"), Reason.UNREADABLE, "absent.json");
        assertRefused(Files.writeString(folder.resolve("a"), "{\"model\":"), Reason.MALFORMED, "not valid JSON");
        assertRefused(Files.writeString(folder.resolve("b"), "[1]"), Reason.MALFORMED, "expected one JSON object");
        assertRefused(Files.writeString(folder.resolve("c"), "{\"a\":1}"), Reason.MALFORMED, "no object \"model\"");
        assertRefused(
                Files.writeString(folder.resolve("d"), "{\"model\":{\"type\":\"Nope\"}}"),
                Reason.MALFORMED,
                "not accepted by the tokenizers library");
        assertRefused(
                Files.write(folder.resolve("e"), new byte[] {'{', (byte) 0xff, '}'}), Reason.MALFORMED, "not UTF-8");
        assertRefused(
                Files.writeString(
                        folder.resolve("f"), "{\"added_tokens\":[{\"id\":-1,\"content\":\"x\"}],\"model\":{}}"),
                Reason.MALFORMED,
                "added token without content or id");
    }

    private static void assertRefused(Path file, Reason reason, String words) {
        assertThatThrownBy(() -> Tokenizer.load(file, ENDS_WITH_2, 10).close())
                .isInstanceOfSatisfying(TokenizerException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(reason))
                .hasMessageContaining(words);
    }

    @Test
    void lengthSettingsOfTheFileAreNotObeyed() throws IOException {
        Path file = TokenizerFiles.wordLevel(folder, "a");
        ObjectNode root = (ObjectNode) JSON.readTree(Files.readString(file));
        root.set(
                "truncation",
                JSON.readTree("{\"direction\":\"Right\",\"max_length\":2,\"strategy\":\"LongestFirst\",\"stride\":0}"));
        JsonNode padding = JSON.readTree("""
                {"strategy": {"Fixed": 9}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0,
                 "pad_token": "<unk>"}
                """);
        root.set("padding", padding);
        Files.writeString(file, root.toString());
        try (Tokenizer tokenizer = Tokenizer.load(file, ENDS_WITH_2, 4)) {
            assertThat(tokenizer.encode("a a a a")).containsExactly(3, 3, 3, 3);
            assertThat(tokenizer.encodeWithSpecialTokens("a")).containsExactly(1, 3);
        }
    }

    @Test
    void takesEndOfTextFromTheModelAndStopsFromGenerationToo() {
        ModelConfiguration configuration = ModelConfiguration.parse("""
                {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 6, "hidden_size": 8,
                 "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "num_key_value_heads": 1,
                 "head_dim": 8, "max_position_embeddings": 16, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
                 "tie_word_embeddings": true, "hidden_act": "silu", "bos_token_id": 1, "eos_token_id": [2, 5]}
                """);
        try (Tokenizer tokenizer = Tokenizer.load(TokenizerFiles.wordLevel(folder, "Tom", "has", "7"), configuration)) {
            assertThat(tokenizer.endOfText()).isEqualTo(2);
            assertThat(tokenizer.endOfTextTokens()).containsExactly(2, 5);
            assertThat(tokenizer.vocabularySize()).isEqualTo(6);
        }
        SpecialTokens special = SpecialTokens.of(configuration);
        assertThat(special.withGenerationConfig(utf8("{\"eos_token_id\":[1,2]}"))
                        .endOfText())
                .containsExactly(2, 5, 1);
        assertThat(special.withGenerationConfig(utf8("{\"eos_token_id\":4}")).endOfText())
                .containsExactly(2, 5, 4);
        assertThat(special.withGenerationConfig(utf8("{\"eos_token_id\":null}")).endOfText())
                .containsExactly(2, 5);
        assertThat(special.withGenerationConfig(utf8("{}")).endOfText()).containsExactly(2, 5);
        assertThatThrownBy(() -> special.withGenerationConfig(utf8("{\"eos_token_id\":\"x\"}")))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining("\"x\"");
        assertThatThrownBy(() -> special.withGenerationConfig(utf8("nope"))).isInstanceOf(TokenizerException.class);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aClosedTokenizerSaysSo() {
        Tokenizer tokenizer = wordLevel();
        tokenizer.close();
        tokenizer.close();
        assertThatIllegalStateException().isThrownBy(() -> tokenizer.encode("Tom"));
        assertThatIllegalStateException().isThrownBy(() -> tokenizer.decode(new int[] {3}));
    }

    @Test
    void severalThreadsMayShareOne() throws Exception {
        try (Tokenizer tokenizer = byteLevel();
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Boolean>> checks = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                String text = "hello the ".repeat(thread + 1);
                int[] expected = tokenizer.encode(text);
                checks.add(threads.submit(() -> {
                    for (int i = 0; i < 500; i++) {
                        if (!java.util.Arrays.equals(tokenizer.encode(text), expected)) {
                            return false;
                        }
                    }
                    return true;
                }));
            }
            for (Future<Boolean> check : checks) {
                assertThat(check.get()).isTrue();
            }
        }
    }

    @Test
    void keepsTheNativeLibraryOffTheNetwork() {
        wordLevel().close();
        assertThat(ai.djl.util.Utils.isOfflineMode()).isTrue();
        assertThat(ai.djl.util.Utils.getEnvOrSystemProperty("RUST_FLAVOR")).isEqualTo("cpu");
    }

    /** Ids from llama2.c's own encoder. */
    @Test
    void agreesWithTheReferenceOnARealTokenizer() throws IOException {
        Path model = SharedFolder.require("data/stories260K");
        JsonNode golden =
                JSON.readTree(SharedFolder.require("golden/stories260K.json").toFile());
        ModelConfiguration configuration = ModelConfiguration.parse(Files.readAllBytes(model.resolve("config.json")));
        try (Tokenizer tokenizer = Tokenizer.load(model.resolve("tokenizer.json"), configuration)) {
            for (JsonNode example : golden.path("encode_llama2c")) {
                String text = example.path("text").asText();
                List<Integer> expected = new ArrayList<>();
                example.path("ids").forEach(id -> expected.add(id.intValue()));
                assertThat(tokenizer.encodeWithSpecialTokens(text))
                        .as(text)
                        .containsExactly(
                                expected.stream().mapToInt(Integer::intValue).toArray());
                assertThat(tokenizer.encode(text))
                        .as(text)
                        .containsExactly(expected.stream()
                                .skip(1)
                                .mapToInt(Integer::intValue)
                                .toArray());
                assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
            }
            assertThat(tokenizer.prefix()).containsExactly(1);
            assertThat(tokenizer.addsLeadingSpace()).isTrue();
            assertThat(tokenizer.encode("</s>")).doesNotContain(2);
            assertThat(golden.path("encode_llama2c")).isNotEmpty();
        }
    }
}
