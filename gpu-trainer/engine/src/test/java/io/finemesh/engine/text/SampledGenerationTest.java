package io.finemesh.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.Precision;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SampledGenerationTest {
    private static final int NEW_TOKENS = 12;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        Backend.start(TinyModel.THREADS);
    }

    private static GenerationLimits limits(int batchSize) {
        return new GenerationLimits(NEW_TOKENS, Set.of(7), batchSize);
    }

    private static List<int[]> prompts(ModelConfiguration model) {
        SplittableRandom random = new SplittableRandom(0x5eed_0042L);
        return IntStream.of(9, 1, 40, 3, 17, 17, 2, 133, 5, 28)
                .mapToObj(
                        length -> random.ints(length, 0, model.vocabularySize()).toArray())
                .toList();
    }

    static Stream<ModelConfiguration> models() {
        return Stream.concat(Stream.of(TinyModel.untied()), TinyModel.families());
    }

    /** Batches of every size, alone, in another order and beside other prompts: each prompt with its seed is continued the same way. */
    @ParameterizedTest
    @MethodSource("models")
    void companyChangesNothing(ModelConfiguration model) {
        List<int[]> prompts = prompts(model);
        long[] seeds =
                IntStream.range(0, prompts.size()).mapToLong(i -> 100 + i / 2).toArray();
        try (Decoder decoder = TinyModel.load(model, Precision.FP32)) {
            assertCompanyChangesNothing(new Generator(decoder), prompts, seeds);
        }
    }

    private static void assertCompanyChangesNothing(Generator generator, List<int[]> prompts, long[] seeds) {
        for (Sampling sampling :
                List.of(Sampling.GREEDY, new Sampling(0.9, 20, 0.9, 1.1), Sampling.atTemperature(1.5))) {
            List<Generation> alone = generator.generate(prompts, limits(1), sampling, seeds);
            for (int batchSize : new int[] {3, 100}) {
                assertSame(generator.generate(prompts, limits(batchSize), sampling, seeds), alone);
            }
            List<int[]> reversed = prompts.reversed();
            long[] reversedSeeds = IntStream.range(0, seeds.length)
                    .mapToLong(i -> seeds[seeds.length - 1 - i])
                    .toArray();
            assertSame(
                    generator
                            .generate(reversed, limits(4), sampling, reversedSeeds)
                            .reversed(),
                    alone);
            assertSame(
                    generator.generate(prompts.subList(2, 7), limits(5), sampling, Arrays.copyOfRange(seeds, 2, 7)),
                    alone.subList(2, 7));
        }
    }

    private static void assertSame(List<Generation> found, List<Generation> expected) {
        for (int i = 0; i < expected.size(); i++) {
            assertThat(found.get(i).tokens())
                    .as("prompt " + i)
                    .isEqualTo(expected.get(i).tokens());
            assertThat(found.get(i).stop()).isEqualTo(expected.get(i).stop());
        }
    }

    /** Each token has a twin whose logit differs by less than rounding does, so that the company would decide if nothing were done. */
    @Test
    void tokensThatAreEquallyLikelyAreChosenAlone() {
        ModelConfiguration model = TinyModel.untied();
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        TinyModel.weights(model)
                .tensors()
                .forEach(info ->
                        tensors.put(info.name(), TinyModel.weights(model).data(info.name())));
        TensorData head = tensors.get("lm_head.weight");
        float[] values = head.bytes().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        int width = model.hiddenSize();
        for (int row = 0; row + 1 < model.vocabularySize(); row += 2) {
            for (int c = 0; c < width; c++) {
                float twin = values[row * width + c];
                values[(row + 1) * width + c] = c % 3 == 0 ? Math.nextUp(twin) : twin;
            }
        }
        byte[] bytes = new byte[4 * values.length];
        MemorySegment.ofArray(bytes).copyFrom(MemorySegment.ofArray(values));
        tensors.put(head.name(), new TensorData(head.name(), head.dtype(), head.shape(), MemorySegment.ofArray(bytes)));
        List<int[]> prompts = prompts(model);
        long[] seeds = IntStream.range(0, prompts.size()).asLongStream().toArray();
        try (Decoder decoder = Decoder.load(model, TinyModel.source(tensors), Precision.FP32)) {
            Generator generator = new Generator(decoder);
            assertCompanyChangesNothing(generator, prompts, seeds);
            assertThat(generator.recomputedTokens()).isPositive();
        }
    }

    @Test
    void theSeedDecidesWhatIsSaid() {
        ModelConfiguration model = TinyModel.untied();
        int[] prompt = {5, 9, 11};
        try (Decoder decoder = TinyModel.load(model, Precision.FP32)) {
            List<Generation> said = new Generator(decoder)
                    .generate(
                            List.of(prompt, prompt, prompt),
                            new GenerationLimits(NEW_TOKENS, Set.of(), 3),
                            Sampling.atTemperature(1),
                            new long[] {1, 2, 1});
            assertThat(said.get(0).tokens())
                    .isEqualTo(said.get(2).tokens())
                    .isNotEqualTo(said.get(1).tokens());
        }
    }

    @Test
    void stopStringsAreFoundAcrossTokensAndNotSaid() {
        ModelConfiguration model =
                TinyModel.configuration(2, 32, 4, 2, 48, TokenizerFiles.byteLevelSize(), false, false);
        try (Decoder decoder = TinyModel.load(model, Precision.FP32);
                Tokenizer tokenizer = Tokenizer.load(
                        TokenizerFiles.byteLevel(folder), new SpecialTokens(List.of()), model.vocabularySize())) {
            Generator generator = new Generator(decoder, tokenizer);
            List<int[]> prompts = List.of(new int[] {72}, new int[] {90, 91}, new int[] {101});
            long[] seeds = {1, 2, 3};
            Sampling sampling = Sampling.atTemperature(1);
            List<Generation> whole =
                    generator.generate(prompts, new GenerationLimits(60, Set.of(), 2), sampling, seeds);
            int crossing = 0;
            for (int i = 0; i < prompts.size(); i++) {
                String text = whole.get(i).text().orElseThrow();
                assertThat(text).isEqualTo(tokenizer.decode(whole.get(i).tokens()));
                for (int from = 0; from + 3 <= text.length(); from++) {
                    String stop = text.substring(from, from + 3);
                    if (stop.chars().anyMatch(c -> c >= 0x80)) {
                        continue; // part of a letter of several bytes
                    }
                    crossing++;
                    Generation stopped = generator
                            .generate(
                                    prompts,
                                    new GenerationLimits(60, Set.of(), List.of("never said ~", stop), 3),
                                    sampling,
                                    seeds)
                            .get(i);
                    String before = text.substring(0, text.indexOf(stop));
                    assertThat(stopped.stop()).isEqualTo(Generation.Stop.STOP_STRING);
                    assertThat(stopped.text()).contains(before);
                    assertThat(before).startsWith(tokenizer.decode(stopped.tokens()));
                    assertThat(stopped.tokens())
                            .isEqualTo(Arrays.copyOf(whole.get(i).tokens(), stopped.tokens().length));
                    if (crossing % 5 == 0) {
                        break;
                    }
                }
            }
            assertThat(crossing).as("stop strings tried").isGreaterThan(2);
        }
    }

    @Test
    void impossibleRequestsAreRefused() {
        ModelConfiguration model = TinyModel.untied();
        try (Decoder decoder = TinyModel.load(model, Precision.FP32)) {
            Generator generator = new Generator(decoder);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> generator.generate(
                            List.of(new int[] {1}), new GenerationLimits(3, Set.of(), List.of("x"), 1)))
                    .withMessageContaining("tokenizer");
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            generator.generate(List.of(new int[] {1}), limits(1), Sampling.GREEDY, new long[] {1, 2}))
                    .withMessageContaining("1 prompts need as many seeds, got 2");
            assertThatIllegalArgumentException().isThrownBy(() -> new GenerationLimits(3, Set.of(), List.of(""), 1));
        }
    }
}
