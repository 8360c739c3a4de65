package io.finemesh.local.ports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PortPlanTest {
    @Test
    void allPortsMoveWithTheBase() {
        PortPlan plan = new PortPlan(7400);

        assertThat(plan.service(0)).isEqualTo(7400);
        assertThat(plan.service(4)).isEqualTo(7404);
        assertThat(plan.kafka()).isEqualTo(7410);
        assertThat(plan.kafkaController()).isEqualTo(7411);
        assertThat(plan.storage()).isEqualTo(7412);
        assertThat(new PortPlan(8000).storage()).isEqualTo(8012);
    }

    @Test
    void refusesABaseThatLeavesNoRoom() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PortPlan(80))
                .withMessageContaining("80")
                .withMessageContaining("1024");
        assertThatIllegalArgumentException().isThrownBy(() -> new PortPlan(65530));
        assertThatIllegalArgumentException().isThrownBy(() -> new PortPlan(7400).service(10));
    }

    @Test
    void aTakenPortIsNamedWithItsPurposeAndFreeOnesAreNot() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int free = PortPlan.free(new Random()).base();

            List<String> conflicts = PortPlan.conflicts(
                    List.of(new PortPlan.Use(socket.getLocalPort(), "gateway"), new PortPlan.Use(free, "scheduler")));

            assertThat(conflicts)
                    .singleElement()
                    .asString()
                    .startsWith("port " + socket.getLocalPort() + " (gateway) ");
        }
    }

    @Test
    void theProcessThatHoldsAPortIsNamed() throws Exception {
        assumeTrue(
                Files.isReadable(Path.of("/proc/net/tcp")),
                "/proc/net/tcp is missing: only Linux shows who holds a port");
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<String> conflicts = PortPlan.conflicts(List.of(new PortPlan.Use(socket.getLocalPort(), "gateway")));

            assertThat(conflicts)
                    .singleElement()
                    .asString()
                    .contains("process " + ProcessHandle.current().pid() + " (")
                    .contains("java");
        }
    }

    @Test
    void aServiceOnEveryAddressIsAConflictToo() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            assertThat(PortPlan.conflicts(List.of(new PortPlan.Use(socket.getLocalPort(), "kafka"))))
                    .hasSize(1);
        }
    }
}
