package io.finemesh.checkpoint.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class JsonTextTest {
    @Test
    void escapesWhatTheReferenceWriterEscapesAndNothingElse() {
        StringBuilder out = new StringBuilder();
        JsonText.quote(out, "\"\\/\b\f\n\r\t\u0000\u001f\u007f\u2028é😀");

        assertThat(out).hasToString("\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u007f\u2028é😀\"");
    }

    @Test
    void refusesHalfASurrogatePair() {
        for (String half : new String[] {"\uD83D", "\uDE00", "a\uD83Db", "\uDE00\uD83D"}) {
            assertThat(JsonText.isUnicode(half)).isFalse();
            assertThatThrownBy(() -> JsonText.quote(new StringBuilder(), half))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(JsonText.isUnicode("😀é")).isTrue();
    }

    @Test
    void ordersAsUtf8BytesDo() {
        int[] alphabet = {'a', 'b', 0x7F, 0xE9, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF
        };
        SplittableRandom random = new SplittableRandom(4);
        for (int round = 0; round < 5_000; round++) {
            String left = word(alphabet, random);
            String right = word(alphabet, random);
            int expected = Arrays.compareUnsigned(
                    left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));

            assertThat(Integer.signum(JsonText.compareUtf8(left, right)))
                    .as("%s and %s", left, right)
                    .isEqualTo(Integer.signum(expected));
        }
    }

    private static String word(int[] alphabet, SplittableRandom random) {
        StringBuilder word = new StringBuilder();
        for (int length = random.nextInt(4); length > 0; length--) {
            word.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
        }
        return word.toString();
    }
}
