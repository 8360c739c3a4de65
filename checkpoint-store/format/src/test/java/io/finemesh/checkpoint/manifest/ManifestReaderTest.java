package io.finemesh.checkpoint.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.finemesh.checkpoint.model.Problem;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is done to a manifest's bytes, what is read is the same checkpoint under another id, or nothing. */
class ManifestReaderTest {
    private static final String TRAINED = new String(ManifestTest.trained().canonicalJson(), StandardCharsets.UTF_8);

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"format\":1 | \"format\":2 | format | 1",
                "\"format\":1 | \"format\":1.0 | format | integer",
                "\"format\":1 | \"format\":\"1\" | format | integer",
                "\"format\":1, | `` | format | a value",
                "\"format\":1 | \"format\":1,\"formatted\":1 | formatted | known fields only",
                "\"format\":1 | \"format\":1,\"format\":1 | (whole document) | one JSON object",
                "\"ledger\":{ | \"ledger\":null,\"x\":{ | x | known fields only",
                "\"lastStep\":40 | \"lastStep\":-1 | trainedBy.lastStep | 0 to",
                "\"lastStep\":40 | \"lastStep\":9223372036854775808 | trainedBy.lastStep | 0 to",
                "\"segmentIndex\":3 | \"segmentIndex\":2147483648 | trainedBy.segmentIndex | 0 to 2147483647",
                "\"runId\":\"run-01\" | \"runId\":\"../run\" | trainedBy | possible value",
                "\"runId\":\"run-01\" | \"runId\":[] | trainedBy.runId | a text",
                "\"parent\":\"ck- | \"parent\":\"cx- | parent | 32 hexadecimal",
                "\"name\":\"config.json\" | \"name\":\"../config.json\" | files[0] | possible value",
                "\"name\":\"config.json\" | \"name\":\"/etc/passwd\" | files[0] | possible value",
                "\"dtype\":\"F32\" | \"dtype\":\"f32\" | tensors[0].dtype | F32",
                "\"shape\":[16,8] | \"shape\":[16,-8] | tensors[0].shape[1] | 0 to",
                "\"shape\":[16,8] | \"shape\":[16,8.0] | tensors[0].shape[1] | integer",
                "\"shape\":[16,8] | \"shape\":{} | tensors[0].shape | an array",
                "\"shape\":[16,8] | \"shape\":[9223372036854775807,8] | tensors[0] | possible value",
                "\"shape\":[16,8] | \"shape\":[8,16] | weightsDigest | ",
                "\"name\":\"model.norm.weight\" | \"name\":\"model.nor\\nm.weight\" | tensors[3] | possible value",
                "\"sizeBytes\":400 | \"sizeBytes\":\"400\" | files[0].blob.sizeBytes | integer",
                "\"cursor\":\" | \"cursor\":7,\"cursed\":\" | trainingState.cursed | known fields only",
                "\"stateBlobs\":[ | \"stateBlobs\":[7, | trainingState.stateBlobs[0] | an object",
                "\"tensors\":[ | \"tensors\":[[], | tensors[0] | an object",
            })
    void damageIsNamed(String original, String replacement, String subject, String allowed) {
        assertThat(TRAINED).contains(original);
        byte[] damaged = TRAINED.replaceFirst(Pattern.quote(original), Matcher.quoteReplacement(replacement))
                .getBytes(StandardCharsets.UTF_8);

        ManifestException refused = catchThrowableOfType(ManifestException.class, () -> Manifest.parse(damaged));

        assertThat(refused).as(new String(damaged, StandardCharsets.UTF_8)).isNotNull();
        assertThat(refused.problems()).extracting(Problem::subject).contains(subject);
        assertThat(refused.getMessage()).contains(allowed == null ? "" : allowed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "{}", "{\"format\":1}"})
    void whatIsNoManifestIsRefused(String text) {
        assertThatThrownBy(() -> Manifest.parse(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(ManifestException.class);
    }

    @Test
    void otherSpellingsOfTheSameContentAreRefused() {
        for (String other : new String[] {
            TRAINED.stripTrailing(),
            TRAINED + "\n",
            TRAINED.replaceFirst(":", ": "),
            TRAINED.replace("config.json", "\\u0063onfig.json"),
            swapFirstTwoFiles()
        }) {
            assertThat(other).isNotEqualTo(TRAINED);
            assertThatThrownBy(() -> Manifest.parse(other.getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(ManifestException.class)
                    .hasMessageContaining("not canonical");
        }
    }

    private static String swapFirstTwoFiles() {
        int start = TRAINED.indexOf("\"files\":[") + "\"files\":[".length();
        int end = TRAINED.indexOf(']', start);
        String[] entries = TRAINED.substring(start, end).split("(?<=\"}),", 2);
        return TRAINED.substring(0, start) + entries[1] + "," + entries[0] + TRAINED.substring(end);
    }

    @Test
    void flippedBitIsRefusedOrGivesAnotherId() {
        byte[] bytes = ManifestTest.trained().canonicalJson();
        String id = ManifestTest.trained().checkpointId();
        SplittableRandom random = new SplittableRandom(8);
        for (int flip = 0; flip < 500; flip++) {
            int at = random.nextInt(bytes.length);
            byte original = bytes[at];
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            try {
                assertThat(Manifest.parse(bytes).checkpointId()).isNotEqualTo(id);
            } catch (ManifestException refused) {
                assertThat(refused.problems()).isNotEmpty();
            }
            bytes[at] = original;
        }
    }

    @Test
    void truncationIsRefused() {
        byte[] bytes = ManifestTest.trained().canonicalJson();
        for (int length = 0; length < bytes.length; length += 3) {
            byte[] part = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> Manifest.parse(part)).isInstanceOf(ManifestException.class);
        }
    }
}
