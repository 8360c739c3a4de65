package io.finemesh.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the pages point at exists: code anchors of the form {@code path/File.java#member}, and links between pages. */
class CodeAnchorsTest {
    private static final Pattern ANCHOR = Pattern.compile("`([\\w./-]+\\.java)#(\\w+)`");
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|#|mailto:)([^)#\\s]+)(#[^)]*)?\\)");

    @Test
    void followOneRunPointsAtRealCode() {
        String page = SourceTree.read(SourceTree.file("docs/architecture.md"));
        Matcher anchors = ANCHOR.matcher(page);
        int count = 0;
        while (anchors.find()) {
            Path file = SourceTree.file(anchors.group(1));
            assertThat(file).as("anchor %s", anchors.group()).isRegularFile();
            assertThat(Pattern.compile("\\b" + anchors.group(2) + "\\b")
                            .matcher(SourceTree.read(file))
                            .find())
                    .as("member of anchor %s", anchors.group())
                    .isTrue();
            count++;
        }
        assertThat(count).as("code anchors in docs/architecture.md").isGreaterThanOrEqualTo(10);
    }

    @Test
    void linksBetweenPagesLeadSomewhere() throws Exception {
        List<Path> pages = new ArrayList<>(List.of(SourceTree.file("README.md")));
        try (var files = Files.walk(SourceTree.file("docs"))) {
            files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
        }
        for (Path page : pages) {
            Matcher links = LINK.matcher(SourceTree.read(page));
            while (links.find()) {
                assertThat(page.resolveSibling(links.group(1)))
                        .as("link in %s", SourceTree.ROOT.relativize(page))
                        .exists();
            }
        }
    }
}
