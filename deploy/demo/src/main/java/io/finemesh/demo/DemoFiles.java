package io.finemesh.demo;

import io.finemesh.demo.model.RandomLlama;
import io.finemesh.demo.problem.ProblemFamily;
import io.finemesh.demo.problem.ProblemRows;
import io.finemesh.demo.problem.ProblemSet;
import io.finemesh.demo.tokenizer.BytePairTrainer;
import io.finemesh.demo.tokenizer.TokenizerFile;
import io.finemesh.demo.tokenizer.Vocabulary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Everything the demo makes before it calls the mesh: problems as JSON lines, tokenizer and model as a Hugging Face directory, two run
 * specifications. The same seed gives the same files.
 *
 * @param directory where they are
 * @param problems number of problems in all files
 * @param vocabularySize number of token ids
 * @param parameters number of model parameters
 */
public record DemoFiles(Path directory, long problems, int vocabularySize, long parameters) {
    static final String FIRST_RUN = "sums-adamw.yaml";
    static final String SECOND_RUN = "comparisons-badam.yaml";

    private static final int COPIES = 40;
    private static final int MERGES = 120;

    /** Writes all files. */
    public static DemoFiles write(Path directory, long seed) throws IOException {
        Path model = Files.createDirectories(directory.resolve("model"));
        List<String> texts = new ArrayList<>();
        long problems = 0;
        for (ProblemFamily family : ProblemFamily.values()) {
            ProblemSet set = ProblemSet.of(family, COPIES, seed);
            ProblemRows.write(directory.resolve(trainingName(family) + ".jsonl"), set.training());
            ProblemRows.write(directory.resolve(heldOutName(family) + ".jsonl"), set.heldOut());
            problems += set.training().size() + set.heldOut().size();
            set.training().forEach(problem -> texts.add(problem.question() + " " + problem.answer()));
        }
        Vocabulary vocabulary = BytePairTrainer.train(texts, MERGES);
        int size = TokenizerFile.write(model, vocabulary);
        long parameters = RandomLlama.write(model, size, seed);
        for (String name : List.of(FIRST_RUN, SECOND_RUN)) {
            try (InputStream specification = DemoFiles.class.getResourceAsStream("/io/finemesh/demo/" + name)) {
                Files.write(directory.resolve(name), specification.readAllBytes());
            }
        }
        return new DemoFiles(directory, problems, size, parameters);
    }

    /** Name of a family's training data set. */
    public static String trainingName(ProblemFamily family) {
        return "demo-" + family.name().toLowerCase(Locale.ROOT);
    }

    /** Name of a family's held-out data set. */
    public static String heldOutName(ProblemFamily family) {
        return trainingName(family) + "-held-out";
    }

    /** Hugging Face directory of the random model. */
    public Path modelDirectory() {
        return directory.resolve("model");
    }

    /** A family's training rows, in the alpaca form. */
    public Path training(ProblemFamily family) {
        return directory.resolve(trainingName(family) + ".jsonl");
    }

    /** A family's held-out rows, in the alpaca form. */
    public Path heldOut(ProblemFamily family) {
        return directory.resolve(heldOutName(family) + ".jsonl");
    }

    /** A run specification with the model filled in; the file on disk names the model by the word MODEL. */
    String specification(String name, String model) throws IOException {
        return Files.readString(directory.resolve(name)).replace("MODEL", model);
    }
}
