package io.finemesh.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.finemesh.demo.problem.ProblemFamily;
import io.finemesh.demo.problem.ProblemRows;
import io.finemesh.demo.problem.ProblemStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the continuous demo makes before it calls the mesh: the model and the exam of the demo, problems to begin with, problems that come later, and what a person sets once. The
 * same seed and name give the same files.
 *
 * @param name what model, connector and policy are called, and what the names of data sets and topic begin with
 * @param files the demo's own files
 * @param stream problems in the order in which they come
 */
record LoopFiles(String name, DemoFiles files, ProblemStream stream) {
    static final String FIRST_RUN = "loop-first.yaml";
    static final String CONNECTOR = "loop-connector.yaml";
    static final String POLICY = "loop-policy.yaml";

    /** Problems that are trained on before anything is streamed. */
    static final int FIRST = 2000;

    /** New problems from which on the policy fires. */
    static final int ENOUGH = 1500;

    /** Wrong problems that come first: one fewer than fire the policy. */
    static final int NOT_ENOUGH = ENOUGH - 1;

    /** Wrong problems that come then, at once: no more than a connector takes for one slice, so that the run has them all, and more wrong ones than right ones. */
    static final int AT_ONCE = 1000;

    /** Writes all files. */
    static LoopFiles write(Path directory, String name, long seed) throws IOException {
        LoopFiles loop = new LoopFiles(
                name,
                DemoFiles.write(directory, seed),
                ProblemStream.ofSums(FIRST, ENOUGH, NOT_ENOUGH + AT_ONCE, seed));
        ProblemRows.write(loop.firstProblems(), loop.stream().first());
        for (String file : List.of(FIRST_RUN, CONNECTOR, POLICY)) {
            try (InputStream resource = LoopFiles.class.getResourceAsStream("/io/finemesh/demo/" + file)) {
                String text = new String(resource.readAllBytes(), UTF_8)
                        .replace("NAME", name)
                        .replace("ENOUGH", Integer.toString(ENOUGH));
                Files.writeString(loop.file(file), text);
            }
        }
        return loop;
    }

    Path file(String file) {
        return files.directory().resolve(file);
    }

    String text(String file) throws IOException {
        return Files.readString(file(file));
    }

    /** Rows that the first run trains on. */
    Path firstProblems() {
        return file("loop-first.jsonl");
    }

    /** Rows that decide: about pairs of numbers that nothing else is about. */
    Path examProblems() {
        return files.heldOut(ProblemFamily.SUMS);
    }

    String firstDataset() {
        return name + "-first";
    }

    String exam() {
        return name + "-exam";
    }

    String dataset() {
        return name + "-problems";
    }

    String topic() {
        return name + ".problems";
    }
}
