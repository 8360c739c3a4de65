package io.finemesh.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.safetensors.SafetensorsFile;
import io.finemesh.engine.loss.EvaluationPass;
import io.finemesh.engine.loss.EvaluationReport;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.DecodingBatch;
import io.finemesh.engine.model.PackedRow;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real trained model of 260 thousand parameters; the reference is a 64-bit forward pass over the same weights. */
class StoriesGoldenTest {
    private static final Path SHARED = Path.of(System.getProperty("finemesh.shared", "absent"));
    private static final Path MODEL = SHARED.resolve("data/stories260K");
    private static final Path GOLDEN = SHARED.resolve("golden/stories260K.json");

    private JsonNode golden;

    @BeforeEach
    void readGolden() throws IOException {
        Assumptions.assumeTrue(
                Files.isDirectory(MODEL), () -> "the model is not beside this checkout: " + MODEL + " is missing");
        golden = new ObjectMapper().readTree(GOLDEN.toFile());
    }

    @Test
    void lossOfEachTokenAgrees() throws IOException {
        int[] story = ids("story_ids");
        int[] targets = Arrays.copyOfRange(story, 1, story.length + 1);
        targets[story.length - 1] = PackedRow.NO_TARGET;
        PackedRow row = new PackedRow(story, new int[] {0, story.length}, targets);
        try (Decoder decoder = load()) {
            float[] losses = new EvaluationPass(decoder).perToken(row);

            double[] found = IntStream.range(0, losses.length)
                    .mapToDouble(i -> losses[i])
                    .toArray();
            Deviation.of("stories260K loss of each token", found, numbers("nll"))
                    .isAtMost(1e-5);
            Deviation.of(
                            "stories260K mean loss",
                            new EvaluationPass(decoder).run(List.of(row)).meanLoss(),
                            golden.get("mean_nll").doubleValue())
                    .isAtMost(1e-5);
            float[] last = decoder.logits(row, story.length - 1)[0];
            Deviation.of(
                            "stories260K last logits",
                            IntStream.range(0, 8).mapToDouble(i -> last[i]).toArray(),
                            numbers("last_logits_first8"))
                    .isAtMost(1e-4);
        }
    }

    @Test
    void packingChangesNoLoss() throws IOException {
        int[] story = ids("story_ids");
        try (Decoder decoder = load()) {
            List<int[]> documents = List.of(
                    story, Arrays.copyOf(story, 20), Arrays.copyOfRange(story, 4, 30), new int[] {1, 403, 407}, story);
            double alone = 0;
            int[] tokens = new int[0];
            int[] targets = new int[0];
            int[] starts = {0};
            for (int[] document : documents) {
                int[] ofDocument = Arrays.copyOfRange(document, 1, document.length + 1);
                ofDocument[document.length - 1] = PackedRow.NO_TARGET;
                alone += new EvaluationPass(decoder)
                        .run(List.of(new PackedRow(document, new int[] {0, document.length}, ofDocument)))
                        .negativeLogLikelihood();
                tokens = IntStream.concat(Arrays.stream(tokens), Arrays.stream(document))
                        .toArray();
                targets = IntStream.concat(Arrays.stream(targets), Arrays.stream(ofDocument))
                        .toArray();
                starts = IntStream.concat(Arrays.stream(starts), IntStream.of(tokens.length))
                        .toArray();
            }
            EvaluationReport together =
                    new EvaluationPass(decoder).run(List.of(new PackedRow(tokens, starts, targets)));

            Deviation.of("stories260K packed against unpacked", together.negativeLogLikelihood(), alone)
                    .isAtMost(1e-5);
            assertThat(together.samples().getLast().negativeLogLikelihood())
                    .isEqualTo(together.samples().getFirst().negativeLogLikelihood());
        }
    }

    @Test
    void greedyTokensAreTheSame() throws IOException {
        int[] expected = ids("greedy_ids");
        int[] prompt = ids("story_ids");
        try (Decoder decoder = load();
                DecodingBatch batch = new DecodingBatch(decoder, List.of(prompt), expected.length)) {
            List<Integer> sequence =
                    new ArrayList<>(Arrays.stream(prompt).boxed().toList());
            while (sequence.size() < expected.length) {
                int next = batch.greedy()[0];
                sequence.add(next);
                if (sequence.size() < expected.length) {
                    batch.append(new int[] {next});
                }
            }
            assertThat(sequence.stream().mapToInt(Integer::intValue).toArray()).isEqualTo(expected);
        }
    }

    private static Decoder load() throws IOException {
        Backend.start(TinyModel.THREADS);
        ModelConfiguration configuration = ModelConfiguration.parse(Files.readAllBytes(MODEL.resolve("config.json")));
        try (SafetensorsFile file = SafetensorsFile.open(MODEL.resolve("model.safetensors"))) {
            return Decoder.load(configuration, file, Precision.FP32);
        }
    }

    private int[] ids(String name) {
        int[] ids = new int[golden.get(name).size()];
        Arrays.setAll(ids, i -> golden.get(name).get(i).intValue());
        return ids;
    }

    private double[] numbers(String name) {
        double[] values = new double[golden.get(name).size()];
        Arrays.setAll(values, i -> golden.get(name).get(i).doubleValue());
        return values;
    }
}
