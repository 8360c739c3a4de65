package io.finemesh.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContinuousDemoTest {
    @TempDir
    Path directory;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private FakeMesh mesh;

    private int run(String... verdicts) throws IOException {
        mesh = new FakeMesh(List.of(verdicts));
        return run();
    }

    private int run() {
        return ContinuousDemo.run(
                mesh.url(), topic -> mesh, directory, 7, new PrintStream(bytes, true, UTF_8), Clock.systemUTC());
    }

    private String text() {
        return bytes.toString(UTF_8);
    }

    @AfterEach
    void stop() {
        mesh.stop();
    }

    @Test
    void onePromotionAndOneRejectionAreAGoodEnd() throws Exception {
        assertThat(run("promoted", "rejected")).isZero();

        assertThat(mesh.champion()).contains("ck-1");
        assertThat(mesh.sent()).hasSize(LoopFiles.ENOUGH + LoopFiles.NOT_ENOUGH + LoopFiles.AT_ONCE);
        assertThat(text())
                .contains("demo-loop@champion stands for ck-0: somebody put it there")
                .contains("it fires: there are enough")
                .contains("demo-loop@champion stands for ck-1 now, and for ck-0 before")
                .contains("demo-loop@champion still stands for ck-1")
                .contains("1.5000 -> 1.5000")
                .contains("./finemesh why demo-loop@champion")
                .contains("./finemesh impact demo-loop-problems:2.1");
    }

    @Test
    void wrongAnswersThatAreLetThroughAreSaidAndEndWithOne() throws Exception {
        assertThat(run("promoted", "promoted")).isEqualTo(1);

        assertThat(text())
                .contains("Not as it should be: the gate says promoted to what run run-2 made: that is why")
                .doesNotContain("still stands");
    }

    @Test
    void rightAnswersThatAreKeptAwayAreSaidAndEndWithOne() throws Exception {
        assertThat(run("undecidable")).isEqualTo(1);

        assertThat(text()).contains("the gate says undecidable to what run run-1 made");
        assertThat(mesh.sent()).as("nothing more is streamed").hasSize(LoopFiles.ENOUGH);
    }

    @Test
    void aFiringOfWhichNoRunIsMadeEndsIt() throws Exception {
        mesh = new FakeMesh(List.of());
        mesh.refuse("the store is away");

        assertThat(run()).isEqualTo(2);
        assertThat(text()).contains("no run could be made of it: the store is away");
    }

    @Test
    void aMeshThatKnowsTheLastDemoGetsOneOfAnotherName() throws Exception {
        mesh = new FakeMesh(List.of("promoted", "rejected"));
        mesh.knowsPolicy("demo-loop");
        mesh.knowsPolicy("demo-loop-2");

        assertThat(run()).isZero();
        assertThat(text()).contains("demo-loop-3@champion stands for ck-0").contains("demo-loop-3.problems");
    }
}
