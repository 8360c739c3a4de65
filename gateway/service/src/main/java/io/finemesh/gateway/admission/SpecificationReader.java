package io.finemesh.gateway.admission;

import io.finemesh.contract.run.BatchSpecification;
import io.finemesh.contract.run.EvaluationSpecification;
import io.finemesh.contract.run.LearningRateShape;
import io.finemesh.contract.run.LongSamples;
import io.finemesh.contract.run.Method;
import io.finemesh.contract.run.MethodSpecification;
import io.finemesh.contract.run.OptimizerSpecification;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.contract.run.TraceDetail;
import io.finemesh.gateway.document.Document;
import io.finemesh.gateway.document.Flaw;
import io.finemesh.gateway.document.Value;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Reads a run specification. Reads top to bottom as the document does; every field appears once, with its bounds. Not thread-safe: one
 * instance reads one document.
 */
public final class SpecificationReader {
    /** Model names and checkpoint ids. */
    public static final Pattern MODEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /** Names that a model can be given: not one that looks like a checkpoint id. */
    public static final Pattern NEW_MODEL =
            Pattern.compile("(?![cC][kK]-[0-9a-fA-F]{32}$)[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /** Data set names and versions. */
    public static final Pattern DATASET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}(@[1-9][0-9]{0,7})?");

    /** The same, and what a data set that grows holds out of a version. */
    public static final Pattern EVALUATION_DATASET = Pattern.compile(DATASET.pattern() + "(:held-out)?");

    /** What no name or reason may hold: control characters, and those that turn the direction of the text around them. */
    static final String UNPRINTABLE = "\\p{Cc}\\u061C\\u200E\\u200F\\u2028-\\u202E\\u2066-\\u2069";

    private static final Pattern NAME = Pattern.compile("(?=.*\\S)[^" + UNPRINTABLE + "]{1,128}");
    private static final String MODEL_WORDS =
            "a model name or checkpoint id: 1 to 64 letters, digits or . _ - beginning with a letter or digit";
    private static final String NEW_MODEL_WORDS =
            "a name: 1 to 64 letters, digits or . _ - beginning with a letter or digit, and not the form of a checkpoint id";
    static final String DATASET_WORDS = "a data set name such as sums, or one version of it such as sums@3";
    static final String EVALUATION_DATASET_WORDS =
            DATASET_WORDS + ", or what a data set that grows holds out, such as sums:held-out";
    private static final String LENGTH_WORDS = "exactly one of num_train_epochs and max_steps";
    private static final long LARGEST_SEED = (1L << 53) - 1;
    private static final long MOST_STEPS = 1_000_000_000L;

    private final Problems problems = new Problems("a run specification");
    private final Document document;

    private SpecificationReader(Document document) {
        this.document = document;
    }

    /** The verdict on a document. */
    public static Admission read(Document document) {
        return new SpecificationReader(document).verdict();
    }

    private Admission verdict() {
        for (Flaw flaw : document.flaws()) {
            problems.flaw(flaw);
        }
        if (document.root() instanceof Value.Nothing) {
            problems.wrong("", document.root(), "a mapping with at least model, dataset and duration");
            return new Admission.Refused(
                    problems.list(), new NamedReferences(Optional.empty(), Optional.empty(), Optional.empty()));
        }
        Section top = Section.of("", Optional.of(document.root()), problems);

        Optional<String> name = top.text("name", NAME, "1 to 128 printable characters");
        Optional<String> model = required(top, "model", MODEL, MODEL_WORDS);
        Optional<String> dataset = top.dataset("dataset", DATASET, DATASET_WORDS);
        if (top.given() && top.value("dataset").isEmpty()) {
            top.missing("dataset", DATASET_WORDS);
        }
        Optional<String> outputName = top.text("output_name", NEW_MODEL, NEW_MODEL_WORDS);
        PromptTemplate template = top.choice("template", PromptTemplate.class).orElse(Defaults.TEMPLATE);
        Precision precision = top.choice("precision", Precision.class).orElse(Defaults.PRECISION);
        long seed = top.whole("seed", 0, LARGEST_SEED).orElse(Defaults.SEED);

        MethodSpecification method = new MethodReader(top.section("method"), problems).read();
        Section optimizerSection = top.section("optimizer");
        OptimizerSpecification optimizer = optimizer(optimizerSection);
        OptionalDouble warmupRatio = optimizerSection.number("warmup_ratio", Range.from(0, 1));
        warmupOnce(optimizerSection);
        BatchSpecification batch = batch(top.section("batch"));
        Duration duration = duration(top);
        warmupWithin(optimizerSection, optimizer, duration);
        boolean methodReadable = problems.noneAt("/method/finetuning");
        int checkpointSteps = checkpoint(top.section("checkpoint"), methodReadable && method.method() == Method.BADAM);
        EvaluationSpecification evaluation =
                evaluation(top.section("evaluation"), methodReadable && method.method() == Method.LORA);
        OptionalLong memoryLimit = resources(top.section("resources"));
        TraceDetail trace = trace(top.section("trace"));
        optimizerSection.close();
        top.close();

        if (!problems.none()) {
            return new Admission.Refused(problems.list(), new NamedReferences(model, dataset, Optional.of(evaluation)));
        }
        String word = method.method().name().toLowerCase(Locale.ROOT);
        RunSpecification specification = new RunSpecification(
                name.orElseGet(() -> model.orElseThrow() + "-" + word),
                model.orElseThrow(),
                dataset.orElseThrow(),
                template,
                method,
                optimizer,
                batch,
                duration.epochs(),
                duration.maxSteps(),
                precision,
                seed,
                checkpointSteps,
                evaluation,
                memoryLimit,
                trace,
                outputName);
        return new Admission.Admitted(new Draft(specification, warmupRatio));
    }

    private static Optional<String> required(Section section, String name, Pattern form, String allowed) {
        if (section.given() && section.value(name).isEmpty()) {
            section.missing(name, allowed);
        }
        return section.text(name, form, allowed);
    }

    private OptimizerSpecification optimizer(Section section) {
        double learningRate = section.number("learning_rate", Range.above(0, 1)).orElse(Defaults.LEARNING_RATE);
        LearningRateShape shape =
                section.choice("lr_scheduler_type", LearningRateShape.class).orElse(Defaults.SHAPE);
        long warmupSteps = section.whole("warmup_steps", 0, MOST_STEPS).orElse(0);
        double finalFraction =
                section.number("final_fraction", Range.from(0, 1)).orElse(Defaults.FINAL_FRACTION);
        if (shape == LearningRateShape.CONSTANT) {
            section.contradiction(
                    "final_fraction",
                    "nothing: lr_scheduler_type is constant",
                    "optimizer.final_fraction has no meaning with a constant learning rate; leave it out or set lr_scheduler_type to linear or cosine");
        }
        return new OptimizerSpecification(
                learningRate,
                shape,
                warmupSteps,
                finalFraction,
                section.number("adam_beta1", Range.fromBelow(0, 1)).orElse(Defaults.BETA1),
                section.number("adam_beta2", Range.fromBelow(0, 1)).orElse(Defaults.BETA2),
                section.number("adam_epsilon", Range.above(0, 1)).orElse(Defaults.EPSILON),
                section.number("weight_decay", Range.from(0, 1)).orElse(Defaults.WEIGHT_DECAY),
                section.number("max_grad_norm", Range.from(0, 1_000_000)).orElse(Defaults.MAX_GRADIENT_NORM));
    }

    private static void warmupOnce(Section section) {
        if (section.value("warmup_steps").isPresent()
                && section.value("warmup_ratio").isPresent()) {
            section.contradiction(
                    "warmup_ratio",
                    "at most one of warmup_steps and warmup_ratio",
                    "optimizer.warmup_steps and optimizer.warmup_ratio are both given; keep one");
        }
    }

    private static void warmupWithin(Section section, OptimizerSpecification optimizer, Duration duration) {
        if (duration.maxSteps().isPresent()
                && optimizer.warmupSteps() > duration.maxSteps().getAsLong()) {
            long steps = duration.maxSteps().getAsLong();
            section.contradiction(
                    "warmup_steps",
                    "at most duration.max_steps, which is " + steps,
                    "optimizer.warmup_steps is " + optimizer.warmupSteps()
                            + "; allowed: at most duration.max_steps, which is " + steps);
        }
    }

    private BatchSpecification batch(Section section) {
        int microBatch =
                section.integer("per_device_train_batch_size", 1, 32_768).orElse(Defaults.MICRO_BATCH);
        int accumulation =
                section.integer("gradient_accumulation_steps", 1, 32_768).orElse(Defaults.ACCUMULATION);
        int cutoff = section.integer("cutoff_len", 2, 1_048_576).orElse(Defaults.CUTOFF_TOKENS);
        Optional<LongSamples> longSamples = section.choice("long_samples", LongSamples.class);
        section.close();
        return new BatchSpecification(microBatch * accumulation, accumulation, cutoff, longSamples);
    }

    private Duration duration(Section top) {
        Section section = top.section("duration");
        OptionalDouble epochs = section.number("num_train_epochs", Range.above(0, 10_000));
        OptionalLong maxSteps = section.whole("max_steps", 1, MOST_STEPS);
        boolean epochsGiven = section.value("num_train_epochs").isPresent();
        boolean stepsGiven = section.value("max_steps").isPresent();
        if (top.given() && top.value("duration").isEmpty()) {
            top.missing("duration", LENGTH_WORDS);
        } else if (section.given() && !epochsGiven && !stepsGiven) {
            problems.wrong("/duration", top.value("duration").orElseThrow(), LENGTH_WORDS);
        } else if (epochsGiven && stepsGiven) {
            section.contradiction(
                    "max_steps",
                    LENGTH_WORDS,
                    "duration.num_train_epochs and duration.max_steps are both given; keep one");
        }
        section.close();
        return new Duration(epochs, maxSteps);
    }

    private static int checkpoint(Section section, boolean badam) {
        OptionalInt saveSteps = section.integer("save_steps", 1, 100_000_000);
        section.close();
        if (badam) {
            section.contradiction(
                    "save_steps",
                    "nothing: badam commits a checkpoint whenever it leaves a block",
                    "checkpoint.save_steps belongs to adamw; badam commits whenever it leaves a block, so set method.badam_switch_interval instead");
        }
        return saveSteps.orElse(Defaults.SAVE_STEPS);
    }

    private EvaluationSpecification evaluation(Section section, boolean lora) {
        Optional<String> dataset = section.dataset("dataset", EVALUATION_DATASET, EVALUATION_DATASET_WORDS);
        TaskReader.Asked asked = new TaskReader(problems).read(section);
        if (section.given() && section.value("dataset").isEmpty() && asked.needsData()) {
            section.missing("dataset", EVALUATION_DATASET_WORDS + ", or a dataset for each task");
        }
        boolean atStart = section.flag("at_start").orElse(false);
        int everySegments = section.integer("every_segments", 0, 1_000_000).orElse(0);
        section.contradiction(
                "remote",
                "nothing: a run's checkpoints are on no server",
                "remote lets a server write the answers, and no server has the checkpoints that a run makes; leave it out, or evaluate a checkpoint on demand");
        section.close();
        if (lora) {
            section.contradiction(
                    "every_segments",
                    "nothing: lora merges its adapters at the end of the run",
                    "evaluation.every_segments has no meaning with lora, whose checkpoints before the last have the weights it began"
                            + " with; leave it out");
        }
        return new EvaluationSpecification(
                dataset, asked.tasks(), atStart, everySegments, asked.against(), asked.judge());
    }

    private OptionalLong resources(Section section) {
        String allowed = "a number of bytes above 0, or a number with a unit such as 20GB or 18.5GiB";
        Optional<Value> value = section.value("memory_limit");
        section.close();
        if (value.isEmpty()) {
            return OptionalLong.empty();
        }
        OptionalLong bytes = value.get() instanceof Value.Text text
                ? ByteSize.parse(text.text())
                : Section.wholeWithin(value.get(), 1, Long.MAX_VALUE);
        if (bytes.isEmpty() || bytes.getAsLong() < 1) {
            problems.wrong(section.pointer("memory_limit"), value.get(), allowed);
            return OptionalLong.empty();
        }
        return bytes;
    }

    private static TraceDetail trace(Section section) {
        TraceDetail detail = section.choice("detail", TraceDetail.class).orElse(Defaults.TRACE);
        section.close();
        return detail;
    }

    /** How long the run is; at most one is present where the document is right. */
    private record Duration(OptionalDouble epochs, OptionalLong maxSteps) {}
}
