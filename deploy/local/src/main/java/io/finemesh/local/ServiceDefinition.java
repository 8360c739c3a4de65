package io.finemesh.local;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One service as the mesh starts it.
 *
 * @param name what people call it
 * @param portOffset its port, counted from the base
 * @param program file that a build must have made, if the service depends on one
 * @param javaArguments everything after {@code java}
 * @param kind what it is given beyond the common environment
 * @param environment variables of its own
 */
record ServiceDefinition(
        String name,
        int portOffset,
        Optional<Path> program,
        List<String> javaArguments,
        Kind kind,
        Map<String, String> environment) {
    static final String GATEWAY = "gateway";
    static final String SCHEDULER = "scheduler";
    static final String CHECKPOINT_STORE = "checkpoint-store";
    static final String GPU_TRAINER = "gpu-trainer";
    static final String EVALUATOR = "evaluator";

    /** Place of the checkpoint store in the table: every service is told its address. */
    static final int CHECKPOINT_STORE_OFFSET = 2;

    /** For services that only pass messages on: half the work at start, and nothing hot enough to miss the optimising compiler later. */
    private static final List<String> QUICK_START = List.of("-XX:TieredStopAtLevel=1");

    /**
     * The optimising compiler is for what is hot, such as digests of gigabytes: it reaches that within a second with thresholds of ten times the
     * usual. What is only warm would keep it busy for minutes, on the processors that train.
     */
    private static final List<String> OPTIMISE_WHAT_IS_HOT = List.of(
            "-XX:Tier4InvocationThreshold=50000",
            "-XX:Tier4MinInvocationThreshold=6000",
            "-XX:Tier4CompileThreshold=150000",
            "-XX:Tier4BackEdgeThreshold=400000");

    private static final List<String> SMALL_JVM = List.of("-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError");

    /** JavaCPP is to load the compute library of the library path first, and leave memory limits to the engine. */
    private static final List<String> NATIVE_ACCESS = List.of(
            "-Dorg.bytedeco.javacpp.pathsFirst=true",
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
            "--enable-native-access=ALL-UNNAMED");

    /** What a service is given beyond the common environment. */
    enum Kind {
        /** Nothing. */
        PLAIN,
        /** The object store's credentials. */
        STORAGE_HOLDER,
        /** The compute library and its settings. */
        COMPUTING
    }

    ServiceDefinition {
        javaArguments = List.copyOf(javaArguments);
        environment = Map.copyOf(environment);
    }

    /** The five services in the order in which they are shown and started; they end in the reverse order. */
    static List<ServiceDefinition> all(Path root) {
        return List.of(
                quarkus(root, GATEWAY, "gateway/service", 0, "-Xmx256m", Kind.PLAIN, Map.of()),
                quarkus(root, SCHEDULER, "scheduler", 1, "-Xmx256m", Kind.PLAIN, Map.of()),
                quarkus(
                        root,
                        CHECKPOINT_STORE,
                        "checkpoint-store/service",
                        CHECKPOINT_STORE_OFFSET,
                        "-Xmx384m",
                        Kind.STORAGE_HOLDER,
                        Map.of("FINEMESH_STORE_ID", "checkpoint-store-0")),
                quarkus(
                        root,
                        GPU_TRAINER,
                        "gpu-trainer/service",
                        3,
                        "-Xmx512m",
                        Kind.COMPUTING,
                        Map.of("FINEMESH_TRAINER_ID", "trainer-0")),
                quarkus(
                        root,
                        EVALUATOR,
                        "evaluator/service",
                        4,
                        "-Xmx512m",
                        Kind.COMPUTING,
                        Map.of("FINEMESH_EVALUATOR_ID", "evaluator-0")));
    }

    /**
     * Copies of tensors for a checkpoint lie outside the heap, but the JVM counts them, by default against the heap's limit. They are as
     * large as weights and optimizer state, so the machine is the limit; what may be trained is decided by the trainer's memory budget.
     */
    private static String copiesOfTensors() {
        long machine =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
        return "-XX:MaxDirectMemorySize=" + machine;
    }

    private static ServiceDefinition quarkus(
            Path root,
            String name,
            String module,
            int portOffset,
            String heap,
            Kind kind,
            Map<String, String> environment) {
        Path program = root.resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
        List<String> arguments = new ArrayList<>(SMALL_JVM);
        arguments.add(heap);
        switch (kind) {
            case PLAIN -> arguments.addAll(QUICK_START);
            case COMPUTING -> {
                arguments.addAll(OPTIMISE_WHAT_IS_HOT);
                arguments.addAll(NATIVE_ACCESS);
                arguments.add(copiesOfTensors());
            }
            case STORAGE_HOLDER -> arguments.addAll(OPTIMISE_WHAT_IS_HOT);
        }
        arguments.add("-jar");
        arguments.add(program.toString());
        return new ServiceDefinition(name, portOffset, Optional.of(program), arguments, kind, environment);
    }
}
