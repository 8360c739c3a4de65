package io.finemesh.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script's own decisions, with a JDK and a Maven that only write down how they were called. */
class LauncherScriptTest {
    private static final String JAVA = """
            if [ "$1" = -version ]; then echo 'openjdk version "VERSION" 2026-01-01' >&2; exit; fi
            echo "java $*"
            echo "gateway ${FINEMESH_GATEWAY_URL:-}"
            exit "${FAKE_STATUS:-0}"
            """;

    private static final String MAVEN = """
            if [ "$1" = --version ]; then echo "Apache Maven ${FAKE_MAVEN:-3.9.9} (x)"; exit; fi
            echo "$PWD mvn $*" >> "$FAKE_CALLS"
            echo '[INFO] Building gateway 0.1.0 [3/12]'
            if [ -n "${FAKE_FAILURE:-}" ]; then echo '[ERROR] Gate.java:[3,1] no such symbol'; exit 4; fi
            """;

    @TempDir
    Path folder;

    private Checkout checkout;
    private Path calls;

    @BeforeEach
    void prepare() throws Exception {
        checkout = new Checkout(folder.resolve("checkout"));
        jdk("jdks/new", "25.0.1");
        calls = folder.resolve("calls");
        Path maven = checkout.program("maven/bin/mvn", MAVEN);
        checkout.with("FAKE_CALLS", calls.toString())
                .with("JAVA_HOME", checkout.root().resolve("jdks/new").toString())
                .with("PATH", maven.getParent() + ":/usr/bin:/bin")
                .with("FINEMESH_JDK_FOLDERS", checkout.root().resolve("jdks").toString());
        checkout.pretendBuilt();
        age(checkout.root().resolve("pom.xml"), Duration.ofHours(2));
        age(checkout.root().resolve(".finemesh/stamp"), Duration.ofHours(1));
    }

    @Test
    void isABashScriptThatPrintsItsCommandsWithoutNeedingAnything() throws Exception {
        checkout.with("JAVA_HOME", "").with("FINEMESH_JDK_FOLDERS", "/nowhere");
        for (String[] arguments : List.of(new String[0], new String[] {"help"}, new String[] {"--help"})) {
            Checkout.Outcome help = checkout.run(arguments);
            assertThat(help.status()).isZero();
            assertThat(help.text()).contains("demo", "test", "up", "down", "status", "logs", "FINEMESH_HOME");
        }
        assertThat(Files.readAllLines(checkout.root().resolve("finemesh"))).hasSizeLessThan(200);
    }

    @Test
    void findsANewEnoughJdkWhereverItIs() throws Exception {
        jdk("jdks/a-old", "17.0.19");
        checkout.with("JAVA_HOME", checkout.root().resolve("jdks/a-old").toString());

        assertThat(checkout.run("status").text())
                .contains("-Dfinemesh.root=" + checkout.root())
                .contains("io.finemesh.local.Main status");
    }

    @Test
    void saysWhatWasLookedAtWhenThereIsNoJdk() throws Exception {
        Files.delete(checkout.root().resolve("jdks/new/bin/javac"));
        jdk("jdks/old", "17.0.19");
        checkout.with("JAVA_HOME", checkout.root().resolve("jdks/old").toString());

        Checkout.Outcome outcome = checkout.run("up");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.text())
                .contains("no JDK 25 was found")
                .contains(checkout.root().resolve("jdks/old") + " is 17")
                .contains("set JAVA_HOME")
                .doesNotContain("http");
    }

    @Test
    void saysWhichMavenIsMissingOrTooOld() throws Exception {
        touchSource();
        assertThat(checkout.with("FAKE_MAVEN", "3.6.3").run("runs").text())
                .contains("Maven 3.6 on the PATH")
                .contains("too old");
        assertThat(checkout.with("FAKE_MAVEN", "4.0.0").run("runs").status()).isZero();

        Path bare = Files.createDirectories(folder.resolve("bare"));
        for (String tool : List.of("bash", "sed", "find", "cat", "dirname", "readlink", "env")) {
            Files.createSymbolicLink(bare.resolve(tool), Path.of("/usr/bin").resolve(tool));
        }
        age(checkout.root().resolve(".finemesh/stamp"), Duration.ofHours(1));
        assertThat(checkout.with("PATH", bare.toString()).run("runs")).satisfies(outcome -> {
            assertThat(outcome.status()).isEqualTo(1);
            assertThat(outcome.text()).contains("Maven was not found").contains("Install Maven 3.8");
        });
    }

    @Test
    void buildsOnlyWhenASourceIsNewer() throws Exception {
        assertThat(checkout.run("runs").text()).contains("io.finemesh.cli.Finemesh runs");
        assertThat(calls).doesNotExist();

        touchSource();
        assertThat(checkout.run("runs").text()).contains("Built in").contains("io.finemesh.cli.Finemesh runs");
        checkout.run("runs");
        assertThat(Files.readAllLines(calls))
                .singleElement()
                .asString()
                .startsWith(checkout.root() + " mvn ")
                .endsWith(" package");

        // What is not a source of the build does not count, however new.
        for (String other :
                List.of("scheduler/src/test/java/SchedulerTest.java", "scheduler/target/classes/Scheduler.class")) {
            touch(other);
            age(checkout.root().resolve(other), Duration.ofHours(-1));
        }
        checkout.run("runs");
        assertThat(Files.readAllLines(calls)).hasSize(1);

        Files.delete(checkout.root().resolve("evaluator/service/target/quarkus-app/quarkus-run.jar"));
        checkout.run("runs");
        assertThat(Files.readAllLines(calls)).hasSize(2);
    }

    @Test
    void aWholeTestRunIsABuildToo() throws Exception {
        touchSource();
        assertThat(checkout.run("test", "-pl", "scheduler").status()).isZero();
        checkout.run("runs");
        assertThat(Files.readAllLines(calls)).hasSize(2).last().asString().endsWith(" package");

        age(checkout.root().resolve(".finemesh/stamp"), Duration.ofHours(1));
        assertThat(checkout.run("test").text()).endsWith("0 passed, 0 failed, 0 skipped\n");
        checkout.run("runs");
        assertThat(Files.readAllLines(calls)).hasSize(3);
    }

    @Test
    void theDemosStatusIsTheScriptsAndItsMeshIsStoppedAnyway() throws Exception {
        checkout.program("jdks/new/bin/java", """
                if [ "$1" = -version ]; then echo 'openjdk version "25.0.1" 2026-01-01' >&2; exit; fi
                echo "java $*"
                case "$*" in *Demo*) exit 3 ;; esac""");

        Checkout.Outcome outcome = checkout.run("demo");
        assertThat(outcome.status()).isEqualTo(3);
        assertThat(outcome.text().lines()).last().asString().endsWith("io.finemesh.local.Main down");
    }

    @Test
    void aFailedBuildShowsItsErrorsAndIsTriedAgain() throws Exception {
        touchSource();

        Checkout.Outcome failed = checkout.with("FAKE_FAILURE", "yes").run("up");
        assertThat(failed.status()).isEqualTo(4);
        assertThat(failed.text())
                .contains("[ERROR] Gate.java:[3,1] no such symbol")
                .contains(checkout.root().resolve(".finemesh/build.log").toString())
                .doesNotContain("io.finemesh.local.Main");

        assertThat(checkout.with("FAKE_FAILURE", "").run("up").text()).contains("io.finemesh.local.Main up");
    }

    @Test
    void aRunningMeshIsNotBuiltUnder() throws Exception {
        Files.writeString(
                checkout.root().resolve(".finemesh/mesh.pid"),
                Long.toString(ProcessHandle.current().pid()));
        touchSource();

        assertThat(checkout.run("runs").text())
                .contains("Note: scheduler/src/main/java/Scheduler.java changed since the build")
                .contains("io.finemesh.cli.Finemesh runs");
        assertThat(checkout.run("test")).satisfies(outcome -> {
            assertThat(outcome.status()).isEqualTo(2);
            assertThat(outcome.text()).contains("./finemesh down first");
        });
        assertThat(calls).doesNotExist();
    }

    @Test
    void worksThroughLinksAndFromAnyFolderAndPassesStatusAndArgumentsOn() throws Exception {
        Path link =
                Files.createSymbolicLink(folder.resolve("link"), checkout.root().resolve("finemesh"));
        Path linkToLink = Files.createSymbolicLink(folder.resolve("fm"), Path.of("link"));
        checkout.with("FAKE_STATUS", "7");

        Checkout.Outcome outcome = checkout.runFrom(folder, linkToLink, "run", "my run.yaml", "--watch");
        assertThat(link).isSymbolicLink();
        assertThat(outcome.status()).isEqualTo(7);
        assertThat(outcome.text())
                .contains(checkout.root().resolve("gateway/cli/target/classes").toString())
                .contains("io.finemesh.cli.Finemesh run my run.yaml --watch")
                .contains("gateway http://127.0.0.1:7400");
    }

    @Test
    void clientsAreToldTheGatewayOfTheRunningMesh() throws Exception {
        Files.writeString(checkout.root().resolve(".finemesh/gateway-url"), "http://127.0.0.1:9000\n");
        assertThat(checkout.run("runs").text()).contains("gateway http://127.0.0.1:9000");

        assertThat(checkout.with("FINEMESH_GATEWAY_URL", "http://mesh:1")
                        .run("runs")
                        .text())
                .contains("gateway http://mesh:1");
    }

    /** Folders are compared here by the engine, checkpoints of a mesh by its evaluators. */
    @Test
    void aReportOfFoldersNeedsNoMeshAndOneOfCheckpointsGoesToIt() throws Exception {
        for (String[] folders : List.of(
                new String[] {"report", "--model", "a", "--against", "b"},
                new String[] {"report", "--model=a", "--against=b", "--json"},
                new String[] {"report", "--against", "b", "--model", "a"})) {
            assertThat(checkout.run(folders).text())
                    .as(String.join(" ", folders))
                    .contains("gpu-trainer/workbench/target/classes")
                    .contains(" report " + String.join(" ", List.of(folders).subList(1, folders.length)))
                    .doesNotContain("io.finemesh.cli.Finemesh");
        }
        for (String[] checkpoints : List.of(
                new String[] {"report", "my-model@challenger"},
                new String[] {"report", "my-model", "--against", "base-model", "--json"})) {
            assertThat(checkout.run(checkpoints).text())
                    .as(String.join(" ", checkpoints))
                    .contains("io.finemesh.cli.Finemesh " + String.join(" ", checkpoints));
        }
    }

    @Test
    void theDemoStartsAMeshOfItsOwnAndStopsIt() throws Exception {
        assertThat(checkout.run("demo", "--fresh").text().lines().filter(line -> line.startsWith("java ")))
                .satisfiesExactly(
                        up -> assertThat(up).endsWith("io.finemesh.local.Main up --detach --fresh"),
                        demo -> assertThat(demo).endsWith("io.finemesh.demo.Demo"),
                        down -> assertThat(down).endsWith("io.finemesh.local.Main down"));
        assertThat(checkout.run("demo", "--keep").text().lines().filter(line -> line.startsWith("java ")))
                .satisfiesExactly(
                        up -> assertThat(up).endsWith("io.finemesh.local.Main up --detach"),
                        demo -> assertThat(demo).endsWith("io.finemesh.demo.Demo"));

        assertThat(checkout.run("demo", "--continuous", "--keep")
                        .text()
                        .lines()
                        .filter(line -> line.startsWith("java ")))
                .last()
                .asString()
                .endsWith("io.finemesh.demo.Demo --continuous");

        Files.writeString(
                checkout.root().resolve(".finemesh/mesh.pid"),
                Long.toString(ProcessHandle.current().pid()));
        assertThat(checkout.run("demo").text().lines().filter(line -> line.startsWith("java ")))
                .singleElement()
                .asString()
                .endsWith("io.finemesh.demo.Demo");
    }

    @Test
    void testsEndWithTheTotalsOfAllModulesAndMavensStatus() throws Exception {
        checkout.program("maven/bin/mvn", """
                if [ "$1" = --version ]; then echo "Apache Maven 3.9.9 (x)"; exit; fi
                echo "mvn $*"
                mkdir -p scheduler/target/surefire-reports deploy/e2e/target/failsafe-reports
                cat > scheduler/target/surefire-reports/TEST-LeaseTest.xml <<'X'
                <?xml version="1.0"?><testsuite name="LeaseTest" time="1" tests="6" errors="1" skipped="3" failures="1">
                  <testcase name="expires" classname="io.LeaseTest"/>
                  <testcase name="reads" classname="io.LeaseTest"><skipped message="Assumption: &quot;shared&quot; &amp; data missing"/></testcase>
                  <testcase name="later" classname="io.LeaseTest"><skipped/></testcase>
                  <testcase name="seldom" classname="io.LeaseTest"><skipped type="x.Aborted"><![CDATA[x.Aborted: Assumption failed: no folder
                    at x.Test]]></skipped></testcase>
                </testsuite>
                X
                echo '<testsuite tests="4" errors="0" skipped="0" failures="0"></testsuite>' > deploy/e2e/target/failsafe-reports/TEST-RunIT.xml
                exit 1""");
        Path stale = checkout.root().resolve("contract/target/surefire-reports/TEST-Gone.xml");
        Files.createDirectories(stale.getParent());
        Files.writeString(stale, "<testsuite tests=\"100\" errors=\"0\" skipped=\"0\" failures=\"0\"></testsuite>");

        Checkout.Outcome outcome = checkout.run("test", "-pl", "scheduler");

        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.text().lines())
                .containsExactly(
                        "mvn -B -ntp -T 2 verify -Dspotless.goal=check -pl scheduler",
                        "skipped: io.LeaseTest.reads: Assumption: \"shared\" & data missing",
                        "skipped: io.LeaseTest.later: no reason given",
                        "skipped: io.LeaseTest.seldom: Assumption failed: no folder",
                        "5 passed, 2 failed, 3 skipped");
    }

    private void jdk(String name, String version) throws Exception {
        checkout.program(name + "/bin/java", JAVA.replace("VERSION", version));
        checkout.program(name + "/bin/javac", "exit 0");
    }

    private void touchSource() throws Exception {
        touch("scheduler/src/main/java/Scheduler.java");
    }

    /** A file that changed after the checkout was built, in the past. */
    private void touch(String name) throws Exception {
        Path file = checkout.root().resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "");
        age(file, Duration.ofMinutes(10));
    }

    private static void age(Path file, Duration age) throws Exception {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
    }
}
