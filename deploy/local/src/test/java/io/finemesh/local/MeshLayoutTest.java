package io.finemesh.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MeshLayoutTest {
    private static final Path ROOT = Path.of("/checkout");

    @Test
    void withoutSettingsEverythingIsInTheCheckoutOnPortsFrom7400() {
        MeshLayout layout = MeshLayout.ofEnvironment(ROOT, Map.of());

        assertThat(layout.home().directory()).isEqualTo(Path.of("/checkout/.finemesh"));
        assertThat(layout.gateway()).hasToString("http://127.0.0.1:7400");
        assertThat(layout.bootstrapServers()).isEqualTo("127.0.0.1:7410");
        assertThat(layout.portUses()).hasSize(8).doesNotHaveDuplicates();
        assertThat(layout.services())
                .extracting(ServiceDefinition::name)
                .containsExactly("gateway", "scheduler", "checkpoint-store", "gpu-trainer", "evaluator");
    }

    @Test
    void folderAndPortsAreAPersonsChoice() {
        MeshLayout layout = MeshLayout.ofEnvironment(
                ROOT, Map.of("FINEMESH_HOME", "/elsewhere/mesh", "FINEMESH_PORT_BASE", " 9000 "));

        assertThat(layout.home().directory()).isEqualTo(Path.of("/elsewhere/mesh"));
        assertThat(layout.gateway()).hasToString("http://127.0.0.1:9000");
    }

    @Test
    void aPortThatIsNoNumberIsShown() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MeshLayout.ofEnvironment(ROOT, Map.of("FINEMESH_PORT_BASE", "http")))
                .withMessageContaining("FINEMESH_PORT_BASE")
                .withMessageContaining("\"http\"");
    }
}
