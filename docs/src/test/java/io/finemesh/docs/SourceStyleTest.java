package io.finemesh.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** House rules that no compiler checks: see docs/architecture.md, "Conventions". */
class SourceStyleTest {
    private static final int LONGEST_FILE = 480;
    private static final Pattern VAGUE_NAME =
            Pattern.compile("(Manager|Impl|Helper|Util|Utils|Processor|Abstract[A-Z]\\w*)\\.java$");

    @Test
    void everyPackageSaysWhatItIsFor() {
        Set<String> silent = new TreeSet<>();
        for (Path source : SourceTree.mainSources()) {
            if (Files.notExists(source.resolveSibling("package-info.java"))) {
                silent.add(SourceTree.ROOT.relativize(source.getParent()).toString());
            }
        }
        assertThat(silent).as("packages without package-info.java").isEmpty();
    }

    @Test
    void filesStayShortEnoughToRead() {
        List<String> tooLong = SourceTree.allSources().stream()
                .filter(source -> SourceTree.read(source).lines().count() > LONGEST_FILE)
                .map(source -> SourceTree.ROOT.relativize(source) + " "
                        + SourceTree.read(source).lines().count())
                .toList();
        assertThat(tooLong)
                .as("files over %d lines: split by noun", LONGEST_FILE)
                .isEmpty();
    }

    @Test
    void namesSayWhatAThingIs() {
        assertThat(SourceTree.allSources())
                .noneMatch(source ->
                        VAGUE_NAME.matcher(source.getFileName().toString()).find())
                .noneMatch(source -> source.toString().matches(".*/(common|util|utils|shared|core|helpers)/.*"));
    }

    @Test
    void nothingIsLeftForLater() {
        Pattern marker = Pattern.compile("\\b(TODO|FIXME|XXX)\\b");
        assertThat(SourceTree.allSources())
                .filteredOn(source -> !source.endsWith("SourceStyleTest.java"))
                .noneMatch(source -> marker.matcher(SourceTree.read(source)).find());
    }

    @Test
    void everySkippedTestSaysWhy() {
        Pattern silentSkip = Pattern.compile("@Disabled(?!\\(\")");
        assertThat(SourceTree.allSources())
                .filteredOn(source -> !source.endsWith("SourceStyleTest.java"))
                .noneMatch(source -> silentSkip.matcher(SourceTree.read(source)).find());
    }
}
