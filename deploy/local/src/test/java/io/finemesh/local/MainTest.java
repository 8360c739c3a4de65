package io.finemesh.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.finemesh.contract.wire.Topic;
import io.finemesh.local.home.MeshHome;
import io.finemesh.local.home.MeshReport;
import io.finemesh.local.home.MeshReport.Phase;
import io.finemesh.local.ports.PortPlan;
import io.finemesh.local.process.FakeService;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands as a person uses them: through the launcher script, each a process of its own. */
class MainTest {
    @TempDir
    Path folder;

    private Checkout checkout;
    private MeshHome home;
    private int base;

    @BeforeEach
    void prepare() throws Exception {
        base = PortPlan.free(RandomGenerator.getDefault()).base();
        home = new MeshHome(folder.resolve("state"));
        checkout = new Checkout(folder.resolve("checkout"))
                .with("FINEMESH_HOME", home.directory().toString())
                .with("FINEMESH_PORT_BASE", Integer.toString(base))
                .with(FakeService.JOURNAL, folder.resolve("journal").toString());
        checkout.pretendBuilt();
    }

    @AfterEach
    void leaveNothingRunning() throws Exception {
        checkout.run("down");
    }

    @Test
    void aMeshIsStartedSeenKilledStartedAgainAndStopped() throws Exception {
        assertThat(checkout.run("status"))
                .isEqualTo(new Checkout.Outcome(3, "No mesh is running in " + home.directory() + "\n"));

        Checkout.Outcome up = checkout.run("up", "--detach");
        assertThat(up.status()).as(up.text()).isZero();
        assertThat(up.text())
                .containsPattern("kafka +ready +127.0.0.1:" + (base + 10) + " +after [0-9.]+ s")
                .containsPattern("gateway +ready +http://127.0.0.1:" + base)
                .contains("The mesh is up after ")
                .contains("./finemesh down stops it")
                .contains(home.logs().toString());

        MeshReport report = MeshReport.ofRunning(home).orElseThrow();
        Checkout.Outcome again = checkout.run("up");
        assertThat(again.status()).isEqualTo(1);
        assertThat(again.text())
                .contains("process " + report.process().pid() + " (")
                .contains("io.finemesh.local.Main up")
                .doesNotContain("has stopped")
                .contains("FINEMESH_PORT_BASE=");
        assertThat(checkout.run("up", "--fresh").text()).contains("--fresh refused");
        assertThat(checkout.run("status")).satisfies(status -> {
            assertThat(status.status()).isZero();
            assertThat(status.text())
                    .contains("The mesh is up (process " + report.process().pid());
        });
        assertThat(checkout.run("status", "--json").text())
                .contains("\"name\" : \"evaluator\"", "\"state\" : \"READY\"");
        assertThat(checkout.run("logs", "gateway").text()).contains("gateway starts");
        assertThat(checkout.run("logs", "gatway")).satisfies(logs -> {
            assertThat(logs.status()).isEqualTo(1);
            assertThat(logs.text()).contains("\"gatway\"").contains("gateway, gpu-trainer, kafka, mesh, s3, scheduler");
        });

        // Killed: its services live on, the next start ends them and continues.
        ProcessHandle mesh = report.process().find().orElseThrow();
        mesh.destroyForcibly();
        mesh.onExit().join();
        assertThat(checkout.run("status")).satisfies(status -> {
            assertThat(status.status()).isEqualTo(3);
            assertThat(status.text()).contains("scheduler outlived a mesh that was killed");
        });
        Process foreground = checkout.start(folder, checkout.root().resolve("finemesh"), "up");
        await().atMost(Duration.ofMinutes(5))
                .until(() -> MeshReport.ofRunning(home).map(MeshReport::phase), Optional.of(Phase.UP)::equals);

        assertThat(checkout.run("down")).satisfies(down -> {
            assertThat(down.status()).isZero();
            assertThat(down.text()).contains("process " + foreground.pid()).contains("Stopped.");
        });
        assertThat(new String(foreground.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("scheduler (process ", "outlived a mesh that was killed; it is ended")
                .contains(2 * Topic.all().size() + " found")
                .contains("The mesh has stopped.");
        List<String> journal = Files.readAllLines(folder.resolve("journal"));
        assertThat(journal.subList(journal.size() - 5, journal.size()))
                .containsExactly(
                        "end evaluator", "end gpu-trainer", "end checkpoint-store", "end scheduler", "end gateway");
        assertThat(checkout.run("down").text()).isEqualTo("No mesh is running in " + home.directory() + "\n");
    }

    @Test
    void whatCannotBeUsedIsSaidInOneLine() throws Exception {
        Checkout.Outcome wrongPort = checkout.with("FINEMESH_PORT_BASE", "http").run("up");
        assertThat(wrongPort)
                .isEqualTo(new Checkout.Outcome(
                        1, "FINEMESH_PORT_BASE must be the number of the first port; found \"http\"\n"));
        checkout.with("FINEMESH_PORT_BASE", Integer.toString(base));
        assertThat(checkout.run("up", "--frehs")).satisfies(typo -> {
            assertThat(typo.status()).isEqualTo(2);
            assertThat(typo.text()).contains("Unknown option: '--frehs'").contains("--fresh");
        });
    }
}
