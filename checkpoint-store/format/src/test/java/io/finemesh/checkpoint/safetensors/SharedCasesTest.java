package io.finemesh.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.checkpoint.fixture.NaiveSafetensors;
import io.finemesh.checkpoint.fixture.SharedFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The shared corpus of valid and hostile files, each with the verdict its manifest gives. */
class SharedCasesTest {
    @TestFactory
    List<DynamicTest> everyCaseGetsTheVerdictOfItsManifest() throws Exception {
        Path folder = SharedFolder.require("data/safetensors_cases");
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode entry :
                new ObjectMapper().readTree(folder.resolve("MANIFEST.json").toFile())) {
            Path file = folder.resolve(entry.get("file").asText());
            boolean valid = entry.get("expect").asText().equals("OK");
            tests.add(DynamicTest.dynamicTest(
                    file.getFileName() + ": " + entry.get("why").asText(), () -> judge(file, valid)));
        }
        assertThat(tests).isNotEmpty();
        return tests;
    }

    private static void judge(Path file, boolean valid) throws Exception {
        byte[] bytes = Files.readAllBytes(file);
        if (valid) {
            try (SafetensorsFile opened = SafetensorsFile.open(file)) {
                SecondOpinion.requireSame(opened, bytes);
            }
        } else {
            assertThatThrownBy(() -> SafetensorsFile.open(file)).isInstanceOf(SafetensorsException.class);
            assertThatThrownBy(() -> NaiveSafetensors.read(bytes)).isInstanceOf(NaiveSafetensors.Refusal.class);
        }
    }
}
