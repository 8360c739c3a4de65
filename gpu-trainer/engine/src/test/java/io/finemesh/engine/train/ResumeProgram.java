package io.finemesh.engine.train;

import io.finemesh.checkpoint.safetensors.SafetensorsFile;
import io.finemesh.checkpoint.safetensors.SafetensorsWriter;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorInfo;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.Precision;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Trains some segments of a {@link TinyRun} in a process of its own: method, precision, steps, segments to run, folder to read from (or {@code -}), folder to
 * write to. Prints one line per step with the bits of loss and norm.
 */
public final class ResumeProgram {
    private ResumeProgram() {}

    public static void main(String[] arguments) throws Exception {
        train(System.out, arguments);
    }

    /** The same in this process. */
    static void train(PrintStream out, String... arguments) throws Exception {
        Precision precision = Precision.valueOf(arguments[1]);
        int steps = Integer.parseInt(arguments[2]);
        int segments = Integer.parseInt(arguments[3]);
        TinyRun run = TinyRun.named(arguments[0], precision, steps);
        Backend.start(TinyModel.THREADS);
        Optional<TrainingState> resume = Optional.empty();
        Decoder decoder;
        if (arguments[4].equals("-")) {
            decoder = run.model();
        } else {
            Path from = Path.of(arguments[4]);
            try (SafetensorsFile weights = SafetensorsFile.open(from.resolve("weights.safetensors"))) {
                decoder = Decoder.load(TinyRun.MODEL, weights, precision);
            }
            resume = Optional.of(readState(from));
        }
        try (decoder;
                FineTuneLoop loop = new FineTuneLoop(decoder, run.plan(), run.data(), resume)) {
            SegmentOutcome last = null;
            for (int i = 0; i < segments; i++) {
                last = loop.run(
                        run.segments().containing(loop.nextStep()),
                        report -> out.printf(
                                "%d %x %x%n",
                                report.step(),
                                Double.doubleToLongBits(report.loss()),
                                Double.doubleToLongBits(report.gradientNorm())),
                        () -> false);
            }
            Path to = Path.of(arguments[5]);
            Files.createDirectories(to);
            SafetensorsWriter.write(to.resolve("weights.safetensors"), decoder.export(), Map.of());
            SafetensorsWriter.write(
                    to.resolve("state.safetensors"), last.state().tensors(), Map.of());
            Files.writeString(to.resolve("cursor.json"), last.state().cursorJson());
        }
    }

    private static TrainingState readState(Path from) throws Exception {
        List<TensorData> tensors = new ArrayList<>();
        try (SafetensorsFile state = SafetensorsFile.open(from.resolve("state.safetensors"))) {
            for (TensorInfo tensor : state.tensors()) {
                TensorData mapped = state.data(tensor.name());
                tensors.add(new TensorData(
                        mapped.name(),
                        mapped.dtype(),
                        mapped.shape(),
                        Arena.ofAuto()
                                .allocate(Math.max(1, mapped.bytes().byteSize()))
                                .asSlice(0, mapped.bytes().byteSize())
                                .copyFrom(mapped.bytes())));
            }
        }
        return TrainingState.of(Files.readString(from.resolve("cursor.json")), tensors);
    }
}
