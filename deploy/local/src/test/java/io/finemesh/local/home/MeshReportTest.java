package io.finemesh.local.home;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.local.home.MeshReport.Component;
import io.finemesh.local.home.MeshReport.Phase;
import io.finemesh.local.home.MeshReport.ProcessIdentity;
import io.finemesh.local.home.MeshReport.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeshReportTest {
    private static final ProcessIdentity THIS = ProcessIdentity.of(ProcessHandle.current());

    @TempDir
    Path folder;

    private MeshHome home;
    private Process service;

    @BeforeEach
    void startAService() throws Exception {
        home = new MeshHome(folder);
        service = new ProcessBuilder("sleep", "600").start();
    }

    @AfterEach
    void endIt() {
        service.destroyForcibly();
    }

    @Test
    void isReadAsItWasWritten() throws Exception {
        MeshReport report = report(THIS, ProcessIdentity.of(service.toHandle()));
        report.write(home);

        assertThat(MeshReport.read(home)).contains(report);
        assertThat(MeshReport.ofRunning(home)).contains(report);
        assertThat(home.gatewayAddress()).hasContent("http://127.0.0.1:7400");
    }

    @Test
    void ofAMeshThatIsGoneDoesNotCountAsRunning() throws Exception {
        report(dead(), THIS).write(home);

        assertThat(MeshReport.ofRunning(home)).isEmpty();
    }

    @Test
    void anotherProcessWithTheSameIdIsNotTheOneThatWasMeant() throws Exception {
        ProcessIdentity earlier = new ProcessIdentity(ProcessHandle.current().pid(), "2020-01-01T00:00:00Z");
        report(earlier, THIS).write(home);

        assertThat(MeshReport.ofRunning(home)).isEmpty();
    }

    @Test
    void isUpInWordsOnlyWhenEverythingIsReady() {
        MeshReport ready = report(THIS, THIS);
        Component late = new Component("scheduler", State.STARTING, THIS, "2026-01-01T00:00:00Z", "", "");
        MeshReport notAll = new MeshReport(THIS, Phase.UP, "", "", "", List.of(late));

        assertThat(ready.words()).isEqualTo("up");
        assertThat(notAll.words()).contains("not all of it is ready");
        assertThat(new MeshReport(THIS, Phase.STARTING, "", "", "", List.of(late)).words())
                .isEqualTo("starting");
    }

    @Test
    void whatCannotBeReadCountsAsNone() throws Exception {
        assertThat(MeshReport.read(home)).isEmpty();
        Files.writeString(home.report(), "{\"process\":");
        assertThat(MeshReport.read(home)).isEmpty();
    }

    @Test
    void servicesThatOutlivedTheirMeshAreFoundAndEnded() throws Exception {
        report(dead(), ProcessIdentity.of(service.toHandle())).write(home);

        List<Leftovers.Leftover> leftovers = Leftovers.of(home);

        assertThat(leftovers).extracting(Leftovers.Leftover::name).containsExactly("gateway");
        leftovers.getFirst().stop();
        assertThat(service.isAlive()).isFalse();
        assertThat(Leftovers.of(home)).isEmpty();
    }

    @Test
    void servicesOfAMeshThatRunsAreNotLeftOver() throws Exception {
        report(THIS, ProcessIdentity.of(service.toHandle())).write(home);

        assertThat(Leftovers.of(home)).isEmpty();
    }

    private static MeshReport report(ProcessIdentity mesh, ProcessIdentity gateway) {
        return new MeshReport(
                mesh,
                Phase.UP,
                "http://127.0.0.1:7400",
                "127.0.0.1:7410",
                "http://127.0.0.1:7412",
                List.of(
                        new Component("kafka", State.READY, mesh, "2026-01-01T00:00:00Z", "127.0.0.1:7410", ""),
                        new Component(
                                "gateway", State.READY, gateway, "2026-01-01T00:00:00Z", "http://127.0.0.1:7400", "")));
    }

    private static ProcessIdentity dead() throws Exception {
        Process process = new ProcessBuilder("true").start();
        ProcessIdentity identity = ProcessIdentity.of(process.toHandle());
        process.waitFor();
        return identity;
    }
}
