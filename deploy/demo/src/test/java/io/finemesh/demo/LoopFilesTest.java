package io.finemesh.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoopFilesTest {
    @TempDir
    Path directory;

    @Test
    void whatIsSetOnceNamesWhatTheDemoMakes() throws Exception {
        LoopFiles loop = LoopFiles.write(directory, "mine-2", 7);

        assertThat(loop.text(LoopFiles.CONNECTOR))
                .contains("topic: " + loop.topic() + "\n")
                .contains("dataset: " + loop.dataset() + "\n");
        assertThat(loop.text(LoopFiles.POLICY))
                .contains("model: mine-2\n")
                .contains("dataset: " + loop.dataset() + "\n")
                .contains("    dataset: " + loop.exam() + "\n")
                .contains("    samples: " + LoopFiles.ENOUGH + "\n");
        assertThat(loop.text(LoopFiles.FIRST_RUN)).contains("dataset: " + loop.firstDataset() + "\n");
        for (String file : List.of(LoopFiles.CONNECTOR, LoopFiles.POLICY)) {
            assertThat(loop.text(file)).doesNotContain("NAME").doesNotContain("ENOUGH");
        }
        assertThat(Files.readAllLines(loop.firstProblems())).hasSize(LoopFiles.FIRST);
    }

    @Test
    void theWrongProblemsFireThePolicyOnlyWithTheLastOfThemAndAreMoreThanTheRightOnes() throws Exception {
        LoopFiles loop = LoopFiles.write(directory, "mine", 7);

        assertThat(loop.stream().right()).hasSize(LoopFiles.ENOUGH);
        assertThat(LoopFiles.NOT_ENOUGH).isLessThan(LoopFiles.ENOUGH);
        assertThat(loop.stream().wrong()).hasSizeGreaterThan(LoopFiles.ENOUGH * 3 / 2);
    }
}
