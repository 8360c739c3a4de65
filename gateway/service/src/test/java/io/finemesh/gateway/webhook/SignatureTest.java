package io.finemesh.gateway.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class SignatureTest {
    private static final Instant TIME = Instant.ofEpochSecond(1_767_225_600, 999_000_000);

    @Test
    void itIsThatOfAnotherImplementation() {
        assertThat(Signature.of("open sesame", "msg-1", TIME, "{\"a\":1}".getBytes(UTF_8)))
                .isEqualTo("v1,S5+GO7iNHzKIghW2wXNT1veEzlAHivgNCCv+NzjHeWU=");
    }

    @Test
    void everythingThatIsSentIsUnderIt() {
        String signature = Signature.of("s", "id", TIME, new byte[] {1});

        assertThat(Signature.of("t", "id", TIME, new byte[] {1})).isNotEqualTo(signature);
        assertThat(Signature.of("s", "other", TIME, new byte[] {1})).isNotEqualTo(signature);
        assertThat(Signature.of("s", "id", TIME.plusSeconds(1), new byte[] {1})).isNotEqualTo(signature);
        assertThat(Signature.of("s", "id", TIME, new byte[] {2})).isNotEqualTo(signature);
    }
}
