package io.finemesh.checkpoint.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "[]",
                "1",
                "{",
                "{}{}",
                "{} x",
                "{}\0",
                "\uFEFF{}",
                "{\"a\":1,}",
                "{'a':1}",
                "{a:1}",
                "{\"a\":NaN}",
                "{\"a\":01}",
                "{\"a\":1} // comment",
                "{\"a\":1,\"a\":1}",
                "{\"a\":1,\"\\u0061\":1}",
                "{\"a\":{\"b\":1,\"b\":2}}"
            })
    void refusesWhatIsNotExactlyOneObject(String text) {
        assertThatThrownBy(() -> StrictJson.object(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(JsonException.class)
                .message()
                .hasLineCount(1);
    }

    @Test
    void refusesMalformedUtf8() {
        byte[] bytes = "{\"a\":\"x\"}".getBytes(StandardCharsets.UTF_8);
        bytes[6] = (byte) 0xC3;
        assertThatThrownBy(() -> StrictJson.object(bytes))
                .isInstanceOf(JsonException.class)
                .hasMessage("not UTF-8");
    }

    @Test
    void refusesBombs() {
        String deep = "{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        String longNumber = "{\"a\":" + "9".repeat(20_000) + "}";
        for (String bomb : List.of(deep, longNumber)) {
            assertThatThrownBy(() -> StrictJson.object(bomb.getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(JsonException.class);
        }
    }

    @Test
    void collidingNamesAreJustNames() throws JsonException {
        // "Aa" and "BB" have the same hash code, so every name made of n of them has, too.
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < 4096; i++) {
            StringBuilder name = new StringBuilder();
            for (int bit = 0; bit < 12; bit++) {
                name.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            text.append(i == 0 ? "" : ",").append('"').append(name).append("\":0");
        }

        assertThat(StrictJson.object(text.append('}').toString().getBytes(StandardCharsets.UTF_8)))
                .hasSize(4096);
    }

    @Test
    void canonicalFormIsSortedAndBare() {
        assertThat(CanonicalJson.bytes(
                        Map.of("b", List.of(1, -2L, true), "a", Map.of(), "\uD83D\uDE00", "x", "\uFFFD", "é")))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("{\"a\":{},\"b\":[1,-2,true],\"\uFFFD\":\"é\",\"\uD83D\uDE00\":\"x\"}\n");
    }

    @Test
    void canonicalFormHasNoPlaceForFloatingPointNumbers() {
        assertThatThrownBy(() -> CanonicalJson.bytes(Map.of("a", 1.0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Double");
    }
}
