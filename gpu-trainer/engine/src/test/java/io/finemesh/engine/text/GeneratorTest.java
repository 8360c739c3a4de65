package io.finemesh.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.tensors.HuggingFaceDirectory;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.model.WeightSlot;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.Precision;
import io.finemesh.engine.tensor.TensorScope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class GeneratorTest {
    private static final ModelConfiguration MODEL = TinyModel.untied();
    private static Decoder decoder;
    private static List<int[]> prompts;

    @BeforeAll
    static void load() {
        decoder = TinyModel.load(MODEL, Precision.FP32);
        SplittableRandom random = new SplittableRandom(0x5eed_0041L);
        prompts = IntStream.of(9, 1, 40, 3, 17, 17, 2, 133, 5, 28)
                .mapToObj(
                        length -> random.ints(length, 0, MODEL.vocabularySize()).toArray())
                .toList();
    }

    @AfterAll
    static void close() {
        decoder.close();
    }

    private static GenerationLimits limits(int maxNewTokens, int batchSize, Integer... stops) {
        return new GenerationLimits(maxNewTokens, Set.of(stops), batchSize);
    }

    /** The whole text computed anew for each token: slow, and nothing to get wrong. */
    private static int[] withoutCache(int[] prompt, int newTokens) {
        return withoutCache(decoder, prompt, newTokens);
    }

    private static int[] withoutCache(Decoder decoder, int[] prompt, int newTokens) {
        int[] text = prompt;
        for (int i = 0; i < newTokens; i++) {
            float[] logits = decoder.logits(PackedRow.unlabelled(List.of(text)), text.length - 1)[0];
            int best = 0;
            for (int token = 1; token < logits.length; token++) {
                best = logits[token] > logits[best] ? token : best;
            }
            text = Arrays.copyOf(text, text.length + 1);
            text[text.length - 1] = best;
        }
        return Arrays.copyOfRange(text, prompt.length, text.length);
    }

    @Test
    void saysWhatTheModelSaysWithoutACache() {
        List<Generation> generations = new Generator(decoder).generate(prompts, limits(8, 4));
        for (int i = 0; i < prompts.size(); i++) {
            assertThat(generations.get(i).tokens()).as("prompt %d", i).isEqualTo(withoutCache(prompts.get(i), 8));
            assertThat(generations.get(i).stop()).isEqualTo(Generation.Stop.MAX_NEW_TOKENS);
            assertThat(generations.get(i).droppedPromptTokens()).isZero();
        }
        assertThat(generations.stream().map(g -> Arrays.toString(g.tokens())).distinct())
                .hasSizeGreaterThan(5);
    }

    /** Keys that were cached within the original context are turned the wrong way once a sequence is longer (longrope). */
    @Test
    void aSequenceThatGrowsBeyondTheOriginalContextIsReadAnew() {
        try (Decoder longContext = TinyModel.load(TinyModel.longContext(), Precision.FP32)) {
            for (int batchSize : new int[] {1, 4, 10}) {
                List<Generation> generations = new Generator(longContext).generate(prompts, limits(10, batchSize));
                for (int i = 0; i < prompts.size(); i++) {
                    assertThat(generations.get(i).tokens())
                            .as("prompt %d in batches of %d", i, batchSize)
                            .isEqualTo(withoutCache(longContext, prompts.get(i), 10));
                }
            }
        }
    }

    @Test
    void theBatchSizeChangesNothing() {
        Generator generator = new Generator(decoder);
        // Tokens the model says at different places, so that sequences leave their batch at different times.
        List<Generation> unstopped = generator.generate(prompts, limits(12, 1));
        Integer[] stops = {
            unstopped.get(0).tokens()[3],
            unstopped.get(4).tokens()[0],
            unstopped.get(7).tokens()[9]
        };
        List<Generation> alone = generator.generate(prompts, limits(12, 1, stops));
        for (int batchSize : new int[] {3, 7, 32, 100}) {
            List<Generation> together = generator.generate(prompts, limits(12, batchSize, stops));
            for (int i = 0; i < prompts.size(); i++) {
                String facts = "prompt %d in batches of %d".formatted(i, batchSize);
                assertThat(together.get(i).tokens())
                        .as(facts)
                        .isEqualTo(alone.get(i).tokens());
                assertThat(together.get(i).stop())
                        .as(facts)
                        .isEqualTo(alone.get(i).stop());
            }
        }
        assertThat(alone.stream().map(generation -> generation.tokens().length).distinct())
                .as("continuations of different length")
                .hasSizeGreaterThan(2);
    }

    /** Sums are split by thread, so logits differ in their last bits; what is likeliest does not. */
    @Test
    void theNumberOfThreadsChangesNothing() {
        List<Generation> one = new Generator(decoder).generate(prompts, limits(12, 7));
        try {
            for (int threads : new int[] {2, 8}) {
                torch.set_num_threads(threads);
                assertThat(torch.get_num_threads()).isEqualTo(threads);
                List<Generation> several = new Generator(decoder).generate(prompts, limits(12, 7));
                for (int i = 0; i < prompts.size(); i++) {
                    assertThat(several.get(i).tokens())
                            .as("prompt %d with %d threads", i, threads)
                            .isEqualTo(one.get(i).tokens());
                }
            }
        } finally {
            torch.set_num_threads(TinyModel.THREADS);
        }
    }

    @Test
    void endsBeforeAStopToken() {
        Generator generator = new Generator(decoder);
        int[] unstopped = generator
                .generate(prompts.subList(0, 1), limits(20, 1))
                .getFirst()
                .tokens();
        int stop = unstopped[5];
        int first = IntStream.range(0, 20)
                .filter(i -> unstopped[i] == stop)
                .findFirst()
                .orElseThrow();
        Generation stopped =
                generator.generate(prompts.subList(0, 1), limits(20, 1, stop)).getFirst();
        assertThat(stopped.tokens()).isEqualTo(Arrays.copyOf(unstopped, first));
        assertThat(stopped.stop()).isEqualTo(Generation.Stop.STOP_TOKEN);
    }

    @Test
    void oneNewTokenNeedsNoSecondPass() {
        Generation one = new Generator(decoder)
                .generate(prompts.subList(2, 3), limits(1, 1))
                .getFirst();
        assertThat(one.tokens()).isEqualTo(withoutCache(prompts.get(2), 1));
    }

    @Test
    void longPromptsLoseTheirBeginning() {
        int[] tooLong =
                new SplittableRandom(3).ints(600, 0, MODEL.vocabularySize()).toArray();
        int[] end = Arrays.copyOfRange(tooLong, 600 - (512 - 20), 600);
        List<Generation> generations =
                new Generator(decoder).generate(List.of(tooLong, prompts.getFirst(), end), limits(20, 3));
        assertThat(generations.get(0).droppedPromptTokens()).isEqualTo(108);
        assertThat(generations.get(0).tokens())
                .isEqualTo(generations.get(2).tokens())
                .hasSize(20);
        assertThat(generations.get(1).droppedPromptTokens()).isZero();
        assertThat(generations.get(2).droppedPromptTokens()).isZero();
    }

    @Test
    void nothingToContinueIsNothing() {
        assertThat(new Generator(decoder).generate(List.of(), limits(5, 2))).isEmpty();
    }

    @Test
    void refusesWhatCannotBeContinued() {
        Generator generator = new Generator(decoder);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> generator.generate(List.of(new int[] {1}, new int[0]), limits(5, 2)))
                .withMessageContaining("prompt 1 has no token");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> generator.generate(prompts, limits(512, 2)))
                .withMessageContaining("512 new tokens leave no room")
                .withMessageContaining("512 positions");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> generator.generate(List.of(new int[] {MODEL.vocabularySize()}), limits(5, 2)))
                .withMessageContaining("outside the vocabulary");
        assertThatIllegalArgumentException().isThrownBy(() -> limits(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> limits(1, 0));
    }

    @Test
    void refusesToAnswerForAModelThatHasDiverged() {
        try (Decoder diverged = TinyModel.load(MODEL, Precision.FP32);
                TensorScope _ = TensorScope.open("test")) {
            diverged.weights(new ParameterGroup.FinalNorm())
                    .get(WeightSlot.FINAL_NORM)
                    .fill_(new Scalar(Double.NaN));
            assertThatThrownBy(() -> new Generator(diverged).generate(prompts, limits(5, 2)))
                    .isInstanceOf(ArithmeticException.class)
                    .hasMessageContaining("not numbers");
        }
    }

    @Test
    void leavesNoNativeMemoryBehind() {
        Generator generator = new Generator(decoder);
        List<int[]> some = prompts.subList(0, 4);
        generator.generate(some, limits(3, 3));
        long before = TensorScope.livePointers();
        for (int i = 0; i < 10; i++) {
            generator.generate(some, limits(3, 3, i));
        }
        assertThat(TensorScope.livePointers()).isEqualTo(before);
    }

    /** Text of a real model, as an independent implementation of it wrote it. */
    @Test
    void tellsTheStoryTheReferenceTells() throws Exception {
        Path folder = SharedFolder.require("data/stories260K");
        JsonNode golden = new ObjectMapper()
                .readTree(SharedFolder.require("golden/stories260K.json").toFile());
        int[] expected = StreamSupport.stream(golden.path("greedy_ids").spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
        Backend.start(TinyModel.THREADS);
        try (HuggingFaceDirectory files = HuggingFaceDirectory.open(folder);
                Decoder stories = Decoder.load(files.configuration(), files, Precision.FP32);
                Tokenizer tokenizer = Tokenizer.load(folder.resolve("tokenizer.json"), files.configuration())) {
            List<int[]> beginnings = new ArrayList<>();
            beginnings.add(tokenizer.encodeWithSpecialTokens("Once upon a time"));
            beginnings.add(Arrays.copyOf(expected, 1));
            beginnings.add(Arrays.copyOf(expected, 30));
            List<Generation> told =
                    new Generator(stories).generate(beginnings, new GenerationLimits(expected.length - 1, Set.of(), 2));
            for (int i = 0; i < beginnings.size(); i++) {
                int[] prompt = beginnings.get(i);
                assertThat(Arrays.copyOf(told.get(i).tokens(), expected.length - prompt.length))
                        .isEqualTo(Arrays.copyOfRange(expected, prompt.length, expected.length));
            }
            assertThat(tokenizer.decode(expected))
                    .isEqualTo(golden.path("greedy_text").asText());
        }
    }
}
