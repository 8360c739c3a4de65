package io.finemesh.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.engine.model.TinyModel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class BackendTest {
    @Test
    void saysWhichLibraryIsMapped() {
        BackendReport report = Backend.start(TinyModel.THREADS);

        assertThat(report.libtorchVersion()).startsWith("2.7.");
        assertThat(report.threads()).isEqualTo(TinyModel.THREADS);
        assertThat(Path.of(report.libraryPath())).isRegularFile();
        assertThat(report.compute().kind()).isEqualTo(Device.Kind.CPU);
        assertThat(report.compute().memoryBytes()).isPositive();
        assertThat(report.memory().residentBytes())
                .isBetween(1L, report.memory().peakResidentBytes());
    }

    @Test
    void usesTheMklBuildWhereItsFolderIsGiven() {
        String folder = System.getenv().getOrDefault("LD_LIBRARY_PATH", "");
        BackendReport report = Backend.start(TinyModel.THREADS);

        if (Files.isRegularFile(Path.of(folder, "libtorch_cpu.so"))) {
            assertThat(report.blas()).isEqualTo("mkl");
            assertThat(report.libraryPath()).startsWith(folder);
            assertThat(report.notices()).isEmpty();
        } else {
            // On other platforms the stock library computes, and says so.
            assertThat(report.blas()).isEqualTo("openblas");
            assertThat(report.notices()).anyMatch(notice -> notice.contains("LD_LIBRARY_PATH"));
        }
    }

    @Test
    void refusesAnotherNumberOfThreads() {
        Backend.start(TinyModel.THREADS);

        assertThatThrownBy(() -> Backend.start(TinyModel.THREADS + 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("started with 1 threads; 2 were asked for");
        assertThatThrownBy(() -> Backend.start(0)).hasMessageContaining("at least 1 thread, got 0");
    }

    @Test
    void testsRunInTheDocumentedEnvironment() {
        Path folder = Path.of(System.getenv().getOrDefault("LD_LIBRARY_PATH", "absent"));

        EngineEnvironment.variables(folder, TinyModel.THREADS)
                .forEach((name, value) ->
                        assertThat(System.getenv(name)).as(name).isEqualTo(value));
    }
}
