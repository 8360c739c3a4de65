package io.finemesh.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
    @TempDir
    Path home;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private int run(Map<String, String> environment, String... arguments) {
        return Demo.run(List.of(arguments), environment, new PrintStream(bytes, true, UTF_8), Clock.systemUTC());
    }

    @Test
    void anOptionThatThereIsNotIsNamed() {
        assertThat(run(Map.of(), "--continous")).isEqualTo(2);
        assertThat(bytes.toString(UTF_8)).contains("--continous").contains("--continuous");
    }

    @Test
    void theBrokerIsWhereTheRunningMeshSaysUnlessAPersonNamesOne() throws Exception {
        Files.writeString(home.resolve("mesh.json"), "{\"kafka\": \"127.0.0.1:7410\"}");

        assertThat(BrokerAddress.find(Map.of(), home)).isEqualTo("127.0.0.1:7410");
        assertThat(BrokerAddress.find(Map.of("FINEMESH_KAFKA", "kafka:9092"), home))
                .isEqualTo("kafka:9092");
    }

    @Test
    void withoutAMeshItSaysWhatToDo() {
        Map<String, String> environment = Map.of("FINEMESH_HOME", home.toString());

        assertThat(run(environment, "--continuous")).isEqualTo(2);
        assertThat(bytes.toString(UTF_8))
                .contains(home.resolve("mesh.json").toString())
                .contains("./finemesh up")
                .contains("FINEMESH_KAFKA");
    }

    @Test
    void aGatewayThatDoesNotAnswerEndsTheContinuousDemoInWords() {
        Map<String, String> environment = Map.of(
                "FINEMESH_HOME",
                home.toString(),
                "FINEMESH_KAFKA",
                "127.0.0.1:1",
                "FINEMESH_GATEWAY_URL",
                "http://127.0.0.1:1");

        assertThat(run(environment, "--continuous")).isEqualTo(2);
        assertThat(bytes.toString(UTF_8)).contains("The demo cannot go on").contains("is the mesh up?");
    }
}
