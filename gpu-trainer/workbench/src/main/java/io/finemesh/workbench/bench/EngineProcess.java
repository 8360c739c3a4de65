package io.finemesh.workbench.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.engine.tensor.EngineEnvironment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A process of the engine for one measurement: peak memory and compiled code of one case say nothing about the next. */
final class EngineProcess {
    private EngineProcess() {}

    /** Measures in a new process that inherits this one's environment and flags. */
    static Measurement measure(BenchCase wanted) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC", "-Xmx256m"));
        command.addAll(EngineEnvironment.javaFlags());
        command.addAll(List.of(
                "-Dslf4j.internal.verbosity=ERROR",
                "-cp",
                System.getProperty("java.class.path"),
                EngineProcess.class.getName()));
        return MeasuringProcess.run(command, Map.of("OMP_NUM_THREADS", Integer.toString(wanted.threads())), wanted);
    }

    /** Entry point of the process. */
    public static void main(String[] arguments) throws IOException {
        BenchCase wanted = BenchCase.parse(new String(System.in.readAllBytes(), UTF_8));
        System.out.println(new ObjectMapper().writeValueAsString(new EngineRun(wanted).run()));
    }
}
