package io.finemesh.checkpoint.digest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Sha256Test {
    /** FIPS 180-4 examples; the last is one million times 'a', which takes several chunks. */
    @ParameterizedTest
    @CsvSource({
        "'', 0, e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "abc, 1, ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "a, 1000000, cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    })
    void publishedExamplesAreReproducedFromMemoryAndFile(String text, int times, String digest, @TempDir Path directory)
            throws IOException {
        byte[] bytes = text.repeat(times).getBytes(StandardCharsets.US_ASCII);

        assertThat(Sha256.of(bytes)).isEqualTo(digest);
        assertThat(Sha256.of(MemorySegment.ofArray(bytes))).isEqualTo(digest);
        assertThat(Sha256.of(Files.write(directory.resolve("f"), bytes))).isEqualTo(digest);
    }

    @Test
    void onlyOneSpellingIsADigest() {
        String digest = Sha256.of(new byte[0]);

        assertThat(Sha256.isDigest(digest)).isTrue();
        for (String other : Arrays.asList(
                digest.toUpperCase(Locale.ROOT), digest.substring(1), digest + "0", " " + digest.substring(1), "")) {
            assertThat(Sha256.isDigest(other)).as(other).isFalse();
        }
    }
}
