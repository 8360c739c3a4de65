package io.finemesh.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.finemesh.local.home.MeshReport;
import io.finemesh.local.home.MeshReport.Component;
import io.finemesh.local.home.MeshReport.Phase;
import io.finemesh.local.home.MeshReport.State;
import io.finemesh.local.process.FakeService;
import io.finemesh.local.process.RestartPolicy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.utils.Exit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The mesh with a real broker, a real object store and real child processes; only what the children do is made up. */
class MeshTest {
    private static final RestartPolicy QUICK =
            new RestartPolicy(Duration.ofMillis(20), Duration.ofMillis(100), Duration.ofSeconds(60));
    private static final Duration LONG = Duration.ofMinutes(5);

    @TempDir
    Path folder;

    private final List<Component> changes = new CopyOnWriteArrayList<>();

    @Test
    void startsRestartsWhatCrashesAndDrainsInReverseOrder() throws Exception {
        MeshLayout layout = FakeServices.layout(folder).withLimits(QUICK, LONG, LONG);
        try (Mesh mesh = Mesh.start(layout)) {
            mesh.awaitReady();
            MeshReport report = MeshReport.ofRunning(layout.home()).orElseThrow();
            assertThat(report.phase()).isEqualTo(Phase.UP);
            assertThat(report.allReady()).isTrue();
            assertThat(report.components())
                    .extracting(Component::name)
                    .containsExactly(
                            "kafka", "s3", "gateway", "scheduler", "checkpoint-store", "gpu-trainer", "evaluator");
            assertThat(layout.home().storage().resolve("finemesh")).isDirectory();

            long killed = mesh.pid("scheduler").orElseThrow();
            long untouched = mesh.pid("gateway").orElseThrow();
            mesh.kill("scheduler");
            assertThat(ProcessHandle.of(killed)).isEmpty();
            mesh.awaitReady();
            assertThat(mesh.pid("scheduler")).isPresent().isNotEqualTo(Optional.of(killed));
            assertThat(mesh.pid("gateway")).contains(untouched);

            // What else refuses to start beside it.
            assertThatThrownBy(() -> Mesh.start(layout))
                    .isInstanceOf(MeshException.class)
                    .hasMessageContaining("already uses " + layout.home().directory())
                    .hasMessageContaining("process " + ProcessHandle.current().pid())
                    .hasMessageContaining("FINEMESH_HOME");
            assertThatThrownBy(() -> Mesh.start(layout.withFreshStart())).hasMessageContaining("--fresh refused");
            assertThatThrownBy(() -> Mesh.start(layout.withHome(folder.resolve("second"))))
                    .hasMessageContaining("port " + layout.ports().kafka() + " (kafka) is held by process "
                            + ProcessHandle.current().pid())
                    .hasMessageContaining(
                            "port " + layout.ports().base() + " (gateway) is held by process " + untouched)
                    .hasMessageContaining("FINEMESH_PORT_BASE=");
            assertThat(MeshReport.ofRunning(layout.home())).isPresent();
        }

        assertThat(journal()).containsSubsequence("start scheduler", "start scheduler");
        assertThat(journal().stream().filter(line -> line.startsWith("end")))
                .containsExactly(
                        "end evaluator", "end gpu-trainer", "end checkpoint-store", "end scheduler", "end gateway");
        assertThat(MeshReport.read(layout.home())).isEmpty();

        // The same folder again, elsewhere: it is free, and --fresh empties it.
        Path record = Files.writeString(layout.home().data("gateway").resolve("cache"), "old");
        MeshLayout again = layout.withFreePorts().withServices(List.of()).withFreshStart();
        try (Mesh mesh = Mesh.start(again)) {
            mesh.awaitReady();
            assertThat(record).doesNotExist();
        }
    }

    @Test
    void aServiceThatCannotStartIsShownWithTheEndOfItsLog() {
        MeshLayout layout = FakeServices.layout(folder)
                .withServices(List.of(FakeServices.definition("gateway", folder.resolve("journal"))))
                .withLimits(QUICK, LONG, LONG)
                .withEnvironment("gateway", FakeService.CRASH, "3");
        try (Mesh mesh = open(layout)) {
            assertThatThrownBy(mesh::awaitReady)
                    .isInstanceOf(MeshException.class)
                    .hasMessageContaining("gateway: exited with status 3")
                    .hasMessageContaining("| cannot read the model: no such file")
                    .hasMessageContaining(mesh.log("gateway").toString())
                    .hasMessageContaining("./finemesh up");
            assertThat(changes.stream().filter(change -> change.state() == State.RESTARTING))
                    .hasSizeGreaterThanOrEqualTo(3)
                    .extracting(Component::detail)
                    .anyMatch(detail -> detail.contains("failures in a row: 3"));

            // The broker's own end is the end of the mesh.
            assertThatThrownBy(() -> Exit.halt(1, "disk full")).isInstanceOf(Error.class);
            assertThat(mesh.awaitEnd()).hasValueSatisfying(reason -> assertThat(reason)
                    .contains("disk full")
                    .contains(mesh.log("kafka").toString()));
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    @Test
    void oneThatNeverBecomesReadyAndOneThatWillNotEndAreDealtWithInTime() throws Exception {
        MeshLayout layout = FakeServices.layout(folder)
                .withServices(List.of(
                        FakeServices.definition("gateway", folder.resolve("journal")),
                        FakeServices.definition("scheduler", folder.resolve("journal"))))
                .withLimits(QUICK, LONG, Duration.ofMillis(500))
                .withEnvironment("gateway", FakeService.NEVER_READY, "1")
                .withEnvironment("scheduler", FakeService.STUBBORN, "1");
        try (Mesh mesh = open(layout)) {
            await().atMost(LONG).until(() -> stateOf("scheduler") == State.READY);
            assertThatThrownBy(() -> mesh.awaitReady(Duration.ofMillis(200)))
                    .hasMessageContaining("Not ready after")
                    .hasMessageContaining("gateway: process ")
                    .hasMessageContaining("| gateway starts")
                    .satisfies(failure -> assertThat(failure.getMessage()).doesNotContain("scheduler: "));

            mesh.stopBroker();
            assertThat(stateOf("kafka")).isEqualTo(State.STOPPED);
            mesh.stopStorage();
            mesh.startStorage();
            mesh.startBroker();
            assertThat(stateOf("kafka")).isEqualTo(State.READY);
            assertThat(stateOf("s3")).isEqualTo(State.READY);
        }
        assertThat(journal()).contains("end gateway").doesNotContain("end scheduler");
        assertThat(changes)
                .anyMatch(change ->
                        change.name().equals("scheduler") && change.detail().contains("SIGKILL"));
    }

    @Test
    void servicesEndWithTheProcessThatStartedThem() throws Exception {
        Process owner = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ForgetfulOwner.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String service = new String(owner.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

        assertThat(owner.waitFor()).isZero();
        assertThat(ProcessHandle.of(Long.parseLong(service))).isEmpty();
        assertThat(journal()).containsExactly("start gateway", "end gateway");
    }

    @Test
    void whatIsNotBuiltIsNamedBeforeAnythingStarts() {
        assertThatThrownBy(() -> Mesh.start(MeshLayout.ofRepository(folder)))
                .isInstanceOf(MeshException.class)
                .hasMessageContaining("gateway/service/target/quarkus-app/quarkus-run.jar")
                .hasMessageContaining("evaluator/service/target/quarkus-app/quarkus-run.jar")
                .hasMessageContaining("./finemesh up");
        assertThat(folder.resolve(".finemesh")).doesNotExist();
    }

    @Test
    void aTakenPortLeavesTheHomeFree() throws Exception {
        MeshLayout layout = FakeServices.layout(folder);
        try (ServerSocket socket = new ServerSocket(layout.ports().storage(), 1, InetAddress.getLoopbackAddress())) {
            assertThat(socket.isBound()).isTrue();
            assertThatThrownBy(() -> Mesh.start(layout)).hasMessageContaining("(s3) is held by");
        }
        assertThat(layout.home().pidFile()).doesNotExist();
    }

    private Mesh open(MeshLayout layout) {
        Mesh mesh = new Mesh(layout, Clock.systemUTC(), new MeshListener() {
            @Override
            public void changed(Component component) {
                changes.add(component);
            }

            @Override
            public void note(String message) {
                throw new AssertionError(message);
            }
        });
        mesh.open();
        return mesh;
    }

    private State stateOf(String name) {
        return changes.stream()
                .filter(change -> change.name().equals(name))
                .reduce((earlier, later) -> later)
                .map(Component::state)
                .orElse(State.WAITING);
    }

    private List<String> journal() throws Exception {
        return Files.readAllLines(folder.resolve("journal"));
    }
}
