package io.finemesh.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.dataset.LineReader.Line;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineReaderTest {

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "''          | ''",
                "'a'         | '1:a'",
                "'a;'        | '1:a'",
                "'a;b'       | '1:a,2:b'",
                "'a,;b,;'    | '1:a,2:b'",
                "';;a'       | '1:,2:,3:a'",
                "'a;;'       | '1:a,2:'",
                "'^a;^b'     | '1:a,2:^b'",
                "'^'         | '1:'",
                "'a,b;'      | '1:a,b'",
                "',;'        | '1:'",
                "'12345678'  | '1:12345678'",
                "'12345678,;a' | '1:12345678,2:a'",
                "'123456789;a' | '1!,2:a'",
                "'^12345678;a' | '1:12345678,2:a'",
                "'^123456789;a' | '1!,2:a'",
            })
    void cutsAtLineFeedsAndDropsCarriageReturnsAndTheMark(String input, String expected) throws IOException {
        // In the table ; is LF, , is CR and ^ is the byte order mark; the longest line has 8 bytes.
        String text = unquote(input).replace(';', '\n').replace(',', '\r').replace('^', '\uFEFF');

        String found = String.join(
                ",",
                read(new ByteArrayInputStream(text.getBytes(UTF_8)), 8).stream()
                        .map(line -> line.number() + (line.tooLong() ? "!" : ":" + new String(line.bytes(), UTF_8)))
                        .toList());

        assertThat(found).isEqualTo(unquote(expected).replace("a,b", "a\rb").replace('^', '\uFEFF'));
    }

    @Test
    void aLineThatNeverEndsIsHeldUpToTheLimitOnly() throws IOException {
        long size = 300L << 20;
        List<Line> lines = read(new Endless(size), 1000);

        assertThat(lines).singleElement().satisfies(line -> {
            assertThat(line.tooLong()).isTrue();
            assertThat(line.bytes().length).isLessThan(1010);
        });
    }

    private static String unquote(String text) {
        return text.substring(1, text.length() - 1);
    }

    private static List<Line> read(InputStream in, int longest) throws IOException {
        LineReader reader = new LineReader(in, longest);
        List<Line> lines = new ArrayList<>();
        for (Optional<Line> line = reader.next(); line.isPresent(); line = reader.next()) {
            lines.add(line.get());
        }
        return lines;
    }

    private static final class Endless extends InputStream {
        private long left;

        private Endless(long size) {
            this.left = size;
        }

        @Override
        public int read() {
            return left-- > 0 ? 'x' : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            if (left <= 0) {
                return -1;
            }
            int count = (int) Math.min(length, left);
            java.util.Arrays.fill(into, offset, offset + count, (byte) 'x');
            left -= count;
            return count;
        }
    }
}
