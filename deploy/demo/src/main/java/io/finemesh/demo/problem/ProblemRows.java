package io.finemesh.demo.problem;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Problems as they are written down for others. */
public final class ProblemRows {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private ProblemRows() {}

    /** Writes JSON lines in the alpaca form. */
    public static void write(Path file, List<Problem> problems) throws IOException {
        try (BufferedWriter writer = Files.newBufferedWriter(file, UTF_8)) {
            for (Problem problem : problems) {
                writer.write(MAPPER.createObjectNode()
                        .put("instruction", problem.question())
                        .put("output", problem.answer())
                        .toString());
                writer.write('\n');
            }
        }
    }

    /** What somebody's service says on its topic: an object with a question and an answer, in names of its own. */
    public static String message(Problem problem) {
        return MAPPER.createObjectNode()
                .put("question", problem.question())
                .put("answer", problem.answer())
                .toString();
    }
}
