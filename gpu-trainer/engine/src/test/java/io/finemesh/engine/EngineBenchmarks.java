package io.finemesh.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Times the engine's parts with JMH, each in a process of its own: quantizing, projection, refresh, packing. Not part of the test run, which asserts no times:
 *
 * <pre>mvn -pl gpu-trainer/engine test -Dtest=EngineBenchmarks -Dsurefire.failIfNoSpecifiedTests=false [-Dbenchmark=REGEX]</pre>
 *
 * The table is in {@code target/surefire-reports/io.finemesh.engine.EngineBenchmarks-output.txt}. Whole steps: {@code ./finemesh bench}.
 */
class EngineBenchmarks {
    @Test
    void everyBenchmark() throws Exception {
        assertThat(new Runner(new OptionsBuilder()
                                .include(System.getProperty("benchmark", "Benchmark"))
                                .forks(1)
                                // The tests' first compiler only would say little about a service.
                                .jvmArgsAppend("-XX:TieredStopAtLevel=4")
                                .warmupIterations(3)
                                .warmupTime(new TimeValue(1, TimeUnit.SECONDS))
                                .measurementIterations(5)
                                .measurementTime(new TimeValue(1, TimeUnit.SECONDS))
                                .shouldFailOnError(true)
                                .build())
                        .run())
                .isNotEmpty();
    }
}
