package io.finemesh.demo.client;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ProblemTopicTest {
    @Test
    void anAddressThatIsNoneIsSaidInWords() {
        assertThatThrownBy(() -> ProblemTopic.open("localhost", "problems"))
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining("localhost is no broker")
                .hasMessageContaining("bootstrap.servers");
    }
}
