package io.finemesh.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.safetensors.SafetensorsFile;
import io.finemesh.demo.problem.ProblemFamily;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoFilesTest {
    private static final long SEED = 7;
    private static final Pattern WORKED = Pattern.compile("^(\\d+)([+>])(\\d+)(?:=(\\d+))? #### (\\d+)$");

    private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\D+(\\d+)");

    @TempDir
    Path directory;

    @Test
    void theSameSeedGivesTheSameFiles() throws Exception {
        DemoFiles.write(directory.resolve("a"), SEED);
        DemoFiles.write(directory.resolve("b"), SEED);

        try (var files = Files.walk(directory.resolve("a"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path twin =
                        directory.resolve("b").resolve(directory.resolve("a").relativize(file));
                assertThat(Files.mismatch(file, twin)).as(file.toString()).isEqualTo(-1);
            }
        }
    }

    @Test
    void everyAnswerIsWorkedOutRightly() throws Exception {
        DemoFiles files = DemoFiles.write(directory, SEED);
        for (ProblemFamily family : ProblemFamily.values()) {
            for (Path rows : List.of(files.training(family), files.heldOut(family))) {
                for (String line : Files.readAllLines(rows)) {
                    Matcher answer = worked(line);
                    int first = Integer.parseInt(answer.group(1));
                    int second = Integer.parseInt(answer.group(3));
                    int result = answer.group(2).equals("+") ? first + second : Math.max(first, second);
                    assertThat(answer.group(5)).isEqualTo(Integer.toString(result));
                    assertThat(answer.group(4)).isEqualTo(answer.group(2).equals("+") ? answer.group(5) : null);
                    assertThat(answer.group(2).equals("+") || first > second).isTrue();
                }
            }
        }
    }

    @Test
    void aHeldOutPairOfNumbersIsNeverTrainedOn() throws Exception {
        DemoFiles files = DemoFiles.write(directory, SEED);
        for (ProblemFamily family : ProblemFamily.values()) {
            Set<String> trained = pairs(files.training(family));
            Set<String> heldOut = pairs(files.heldOut(family));

            assertThat(heldOut).isNotEmpty().doesNotContainAnyElementsOf(trained);
            assertThat(trained.size()).isGreaterThan(4 * heldOut.size());
        }
    }

    @Test
    void theModelIsWhatItsConfigurationSays() throws Exception {
        DemoFiles files = DemoFiles.write(directory, SEED);
        ModelStructure structure = ModelStructure.of(ModelConfiguration.parse(
                Files.readAllBytes(files.modelDirectory().resolve("config.json"))));

        assertThat(files.parameters()).isEqualTo(structure.parameterCount()).isBetween(500_000L, 2_000_000L);
        try (SafetensorsFile weights =
                SafetensorsFile.open(files.modelDirectory().resolve("model.safetensors"))) {
            assertThat(structure.check(weights)).isEmpty();
        }
    }

    @Test
    void theTokenizerKeepsDigitsApartAndHasOneIdForEachToken() throws Exception {
        DemoFiles files = DemoFiles.write(directory, SEED);
        JsonNode tokenizer = new ObjectMapper()
                .readTree(files.modelDirectory().resolve("tokenizer.json").toFile());
        Set<Integer> ids = new HashSet<>();
        tokenizer.at("/model/vocab").forEach(id -> ids.add(id.asInt()));

        assertThat(ids).hasSize(files.vocabularySize());
        for (JsonNode merge : tokenizer.at("/model/merges")) {
            assertThat(merge.get(0).asText() + merge.get(1).asText()).doesNotContainPattern("[0-9]");
        }
        assertThat(tokenizer.at("/model/vocab").has("\u0120apples")).isTrue();
    }

    private static Set<String> pairs(Path rows) throws Exception {
        Set<String> pairs = new HashSet<>();
        for (String line : Files.readAllLines(rows)) {
            Matcher numbers = NUMBERS.matcher(
                    new ObjectMapper().readTree(line).path("instruction").asText());
            assertThat(numbers.find()).as(line).isTrue();
            pairs.add(numbers.group(1) + " and " + numbers.group(2));
        }
        return pairs;
    }

    private static Matcher worked(String line) throws Exception {
        String answer = new ObjectMapper().readTree(line).path("output").asText();
        Matcher worked = WORKED.matcher(answer);
        assertThat(worked.matches()).as(answer).isTrue();
        return worked;
    }
}
