package io.finemesh.checkpoint.safetensors;

import static io.finemesh.checkpoint.safetensors.RawFile.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.finemesh.checkpoint.fixture.Allocations;
import io.finemesh.checkpoint.fixture.NaiveSafetensors;
import io.finemesh.checkpoint.safetensors.SafetensorsException.Reason;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way of lying to a reader, made here by hand; both readers must refuse it, ours for the right reason. */
class HostileFilesTest {
    private static final long SMALL = 4 * 1024 * 1024;

    @TempDir
    Path directory;

    static Stream<Arguments> hostileFiles() {
        String one = entry("a", "F32", "[2]", "[0,8]");
        String object = "{" + one + "}";
        byte[] utf16 = object.getBytes(StandardCharsets.UTF_16LE);
        byte[] overlong = ("{" + entry("a\u0001", "F32", "[2]", "[0,8]") + "}").getBytes(StandardCharsets.UTF_8);
        byte[] notUtf8 = object.getBytes(StandardCharsets.UTF_8);
        notUtf8[2] = (byte) 0xFF;
        String sameOffsets = IntStream.range(0, 10)
                .mapToObj(i -> entry("t" + i, "F32", "[2,2]", "[0,16]"))
                .collect(Collectors.joining(",", "{", "}"));
        return Stream.of(
                Arguments.of("empty file", new byte[0], Reason.FILE_TOO_SHORT),
                Arguments.of("seven bytes", new byte[7], Reason.FILE_TOO_SHORT),
                Arguments.of("length only", RawFile.withLength(2, new byte[0], 0), Reason.HEADER_PAST_END),
                Arguments.of(
                        "length past the end",
                        RawFile.withLength(60, "{}".getBytes(StandardCharsets.UTF_8), 0),
                        Reason.HEADER_PAST_END),
                Arguments.of(
                        "length above the cap",
                        RawFile.withLength(100_000_001, new byte[80], 0),
                        Reason.HEADER_TOO_LARGE),
                Arguments.of(
                        "length 2^63", RawFile.withLength(Long.MIN_VALUE, new byte[80], 0), Reason.HEADER_TOO_LARGE),
                Arguments.of("length 2^64-1", RawFile.withLength(-1, new byte[80], 0), Reason.HEADER_TOO_LARGE),
                Arguments.of("empty header", RawFile.of("", 0), Reason.HEADER_STRUCTURE),
                Arguments.of("not JSON", RawFile.of("x", 0), Reason.HEADER_NOT_JSON),
                Arguments.of("unfinished JSON", RawFile.of("{\"a\":{", 0), Reason.HEADER_NOT_JSON),
                Arguments.of("array", RawFile.of("[]", 0), Reason.HEADER_STRUCTURE),
                Arguments.of("two values", RawFile.of(object + "{}", 8), Reason.HEADER_STRUCTURE),
                Arguments.of("NUL padding", RawFile.of(object + "\0\0", 8), Reason.HEADER_NOT_JSON),
                Arguments.of("no-break space padding", RawFile.of(object + "\u00a0", 8), Reason.HEADER_NOT_JSON),
                Arguments.of("comment", RawFile.of(object + "//x", 8), Reason.HEADER_NOT_JSON),
                Arguments.of("trailing comma", RawFile.of("{" + one + ",}", 8), Reason.HEADER_NOT_JSON),
                Arguments.of("byte order mark", RawFile.of("\ufeff" + object, 8), Reason.HEADER_NOT_JSON),
                Arguments.of("UTF-16", RawFile.of(utf16, 8), Reason.HEADER_NOT_JSON),
                Arguments.of("invalid UTF-8", RawFile.of(notUtf8, 8), Reason.HEADER_NOT_UTF8),
                Arguments.of("raw control character", RawFile.of(overlong, 8), Reason.HEADER_NOT_JSON),
                Arguments.of(
                        "unpaired surrogate",
                        RawFile.of("{" + entry("\\ud800", "F32", "[2]", "[0,8]") + "}", 8),
                        Reason.HEADER_NOT_UTF8),
                Arguments.of("depth bomb", RawFile.of("[".repeat(100_000), 0), Reason.HEADER_STRUCTURE),
                Arguments.of(
                        "depth bomb in a tensor",
                        RawFile.of("{\"a\":{\"shape\":" + "[".repeat(100_000), 0),
                        Reason.HEADER_NOT_JSON),
                Arguments.of(
                        "20,000-digit number",
                        RawFile.of("{" + entry("a", "F32", "[" + "9".repeat(20_000) + "]", "[0,8]") + "}", 8),
                        Reason.HEADER_NOT_JSON),
                Arguments.of(
                        "huge exponent",
                        RawFile.of("{" + entry("a", "F32", "[1e999999999]", "[0,8]") + "}", 8),
                        Reason.INVALID_SHAPE),
                Arguments.of("duplicate tensor", RawFile.of("{" + one + "," + one + "}", 8), Reason.DUPLICATE_KEY),
                Arguments.of(
                        "duplicate by escape",
                        RawFile.of("{" + one + "," + entry("\\u0061", "F32", "[2]", "[0,8]") + "}", 8),
                        Reason.DUPLICATE_KEY),
                Arguments.of(
                        "duplicate field",
                        RawFile.of(
                                "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                                8),
                        Reason.DUPLICATE_KEY),
                Arguments.of(
                        "duplicate metadata key",
                        RawFile.of("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}," + one + "}", 8),
                        Reason.DUPLICATE_KEY),
                Arguments.of(
                        "duplicate metadata",
                        RawFile.of("{\"__metadata__\":{},\"__metadata__\":{}}", 0),
                        Reason.DUPLICATE_KEY),
                Arguments.of(
                        "metadata null", RawFile.of("{\"__metadata__\":null," + one + "}", 8), Reason.HEADER_STRUCTURE),
                Arguments.of(
                        "metadata number",
                        RawFile.of("{\"__metadata__\":{\"k\":1}," + one + "}", 8),
                        Reason.HEADER_STRUCTURE),
                Arguments.of(
                        "metadata object",
                        RawFile.of("{\"__metadata__\":{\"k\":{}}," + one + "}", 8),
                        Reason.HEADER_STRUCTURE),
                Arguments.of("tensor is a number", RawFile.of("{\"a\":1}", 0), Reason.HEADER_STRUCTURE),
                Arguments.of(
                        "unknown field",
                        RawFile.of("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}}", 8),
                        Reason.HEADER_STRUCTURE),
                Arguments.of(
                        "missing dtype",
                        RawFile.of("{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", 8),
                        Reason.HEADER_STRUCTURE),
                Arguments.of(
                        "missing shape",
                        RawFile.of("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", 8),
                        Reason.HEADER_STRUCTURE),
                Arguments.of(
                        "missing offsets",
                        RawFile.of("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8),
                        Reason.HEADER_STRUCTURE),
                Arguments.of(
                        "dtype number",
                        RawFile.of("{\"a\":{\"dtype\":1,\"shape\":[2],\"data_offsets\":[0,8]}}", 8),
                        Reason.HEADER_STRUCTURE),
                Arguments.of(
                        "lower-case dtype",
                        RawFile.of("{" + entry("a", "f32", "[2]", "[0,8]") + "}", 8),
                        Reason.UNKNOWN_DTYPE),
                Arguments.of(
                        "unknown dtype",
                        RawFile.of("{" + entry("a", "F128", "[1]", "[0,16]") + "}", 16),
                        Reason.UNKNOWN_DTYPE),
                Arguments.of(
                        "fractional extent",
                        RawFile.of("{" + entry("a", "F32", "[2.0]", "[0,8]") + "}", 8),
                        Reason.INVALID_SHAPE),
                Arguments.of(
                        "text extent",
                        RawFile.of("{" + entry("a", "F32", "[\"2\"]", "[0,8]") + "}", 8),
                        Reason.INVALID_SHAPE),
                Arguments.of(
                        "negative extents",
                        RawFile.of("{" + entry("a", "U8", "[-1,-1]", "[0,1]") + "}", 1),
                        Reason.INVALID_SHAPE),
                Arguments.of(
                        "negative zero",
                        RawFile.of("{" + entry("a", "U8", "[-0]", "[0,0]") + "}", 0),
                        Reason.INVALID_SHAPE),
                Arguments.of(
                        "extent 2^63",
                        RawFile.of("{" + entry("a", "U8", "[9223372036854775808]", "[0,0]") + "}", 0),
                        Reason.INVALID_SHAPE),
                Arguments.of(
                        "shape object",
                        RawFile.of("{" + entry("a", "U8", "{}", "[0,1]") + "}", 1),
                        Reason.HEADER_STRUCTURE),
                Arguments.of(
                        "product wraps to 4",
                        RawFile.of("{" + entry("a", "F32", "[4611686018427387905,4]", "[0,16]") + "}", 16),
                        Reason.SIZE_OVERFLOW),
                Arguments.of(
                        "bits overflow",
                        RawFile.of("{" + entry("a", "F64", "[288230376151711744]", "[0,0]") + "}", 0),
                        Reason.SIZE_OVERFLOW),
                Arguments.of(
                        "half a byte",
                        RawFile.of("{" + entry("a", "F4", "[3]", "[0,1]") + "}", 1),
                        Reason.NOT_WHOLE_BYTES),
                Arguments.of(
                        "six bits",
                        RawFile.of("{" + entry("a", "F6_E2M3", "[2]", "[0,2]") + "}", 2),
                        Reason.NOT_WHOLE_BYTES),
                Arguments.of(
                        "span too small",
                        RawFile.of("{" + entry("a", "F32", "[3]", "[0,8]") + "}", 8),
                        Reason.SIZE_MISMATCH),
                Arguments.of(
                        "span too large",
                        RawFile.of("{" + entry("a", "F32", "[1]", "[0,8]") + "}", 8),
                        Reason.SIZE_MISMATCH),
                Arguments.of(
                        "three offsets",
                        RawFile.of("{" + entry("a", "F32", "[2]", "[0,8,8]") + "}", 8),
                        Reason.HEADER_STRUCTURE),
                Arguments.of(
                        "one offset",
                        RawFile.of("{" + entry("a", "F32", "[2]", "[8]") + "}", 8),
                        Reason.HEADER_STRUCTURE),
                Arguments.of(
                        "reversed offsets",
                        RawFile.of("{" + entry("a", "F32", "[2]", "[8,0]") + "}", 8),
                        Reason.INVALID_OFFSETS),
                Arguments.of(
                        "negative offset",
                        RawFile.of("{" + entry("a", "F32", "[2]", "[-8,0]") + "}", 8),
                        Reason.INVALID_OFFSETS),
                Arguments.of(
                        "offset 2^63",
                        RawFile.of("{" + entry("a", "F32", "[2]", "[0,9223372036854775816]") + "}", 8),
                        Reason.INVALID_OFFSETS),
                Arguments.of(
                        "hole at the start", RawFile.of("{" + entry("a", "F32", "[1]", "[4,8]") + "}", 8), Reason.HOLE),
                Arguments.of(
                        "hole in the middle",
                        RawFile.of(
                                "{" + entry("a", "F32", "[1]", "[0,4]") + "," + entry("b", "F32", "[1]", "[8,12]")
                                        + "}",
                                12),
                        Reason.HOLE),
                Arguments.of(
                        "overlap",
                        RawFile.of(
                                "{" + entry("a", "F32", "[2]", "[0,8]") + "," + entry("b", "F32", "[2]", "[4,12]")
                                        + "}",
                                12),
                        Reason.OVERLAP),
                Arguments.of("all at the same offsets", RawFile.of(sameOffsets, 16), Reason.OVERLAP),
                Arguments.of(
                        "empty tensor inside another",
                        RawFile.of(
                                "{" + entry("a", "F32", "[2]", "[0,8]") + "," + entry("b", "F32", "[0]", "[4,4]") + "}",
                                8),
                        Reason.OVERLAP),
                Arguments.of("truncated data", RawFile.of(object, 7), Reason.DATA_TRUNCATED),
                Arguments.of("trailing byte", RawFile.of(object, 9), Reason.TRAILING_BYTES),
                Arguments.of("data without tensors", RawFile.of("{}", 1), Reason.TRAILING_BYTES));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostileFiles")
    void isRefusedForItsReasonWithoutLargeAllocation(String name, byte[] bytes, Reason reason) throws Exception {
        Path file = Files.write(directory.resolve("hostile.safetensors"), bytes);

        SafetensorsException[] refusal = new SafetensorsException[1];
        long allocated = Allocations.of(
                () -> refusal[0] = catchThrowableOfType(SafetensorsException.class, () -> SafetensorsFile.open(file)));

        assertThat(refusal[0]).as(name).isNotNull();
        assertThat(refusal[0].reason()).isEqualTo(reason);
        assertThat(refusal[0].getMessage()).hasLineCount(1).hasSizeLessThan(600);
        assertThat(allocated).isLessThan(SMALL);
        assertThatThrownBy(() -> NaiveSafetensors.read(bytes)).isInstanceOf(NaiveSafetensors.Refusal.class);
        assertThatThrownBy(() -> SafetensorsVerifier.digest(new ByteArrayInputStream(bytes), bytes.length))
                .isInstanceOfSatisfying(SafetensorsException.class, streamed -> assertThat(streamed.reason())
                        .isEqualTo(reason));
    }

    static Stream<Arguments> unusualFiles() {
        String one = entry("a", "F32", "[2]", "[0,8]");
        return Stream.of(
                Arguments.of("no tensors", RawFile.of("{}", 0), 0),
                Arguments.of("white space everywhere", RawFile.of(" \t\r\n{ " + one + " } \n\n", 8), 1),
                Arguments.of("scalar", RawFile.of("{" + entry("a", "F32", "[]", "[0,4]") + "}", 4), 1),
                Arguments.of(
                        "zero-size between",
                        RawFile.of(
                                "{" + entry("z", "F32", "[0,3]", "[8,8]") + "," + one + ","
                                        + entry("b", "U8", "[1]", "[8,9]") + "}",
                                9),
                        3),
                Arguments.of(
                        "header out of order",
                        RawFile.of("{" + entry("b", "U8", "[1]", "[8,9]") + "," + one + "}", 9),
                        2),
                Arguments.of("sub-byte elements", RawFile.of("{" + entry("a", "F4", "[1,2]", "[0,1]") + "}", 1), 1),
                Arguments.of("six-bit elements", RawFile.of("{" + entry("a", "F6_E3M2", "[4]", "[0,3]") + "}", 3), 1),
                Arguments.of("metadata last", RawFile.of("{" + one + ",\"__metadata__\":{\"\":\"\"}}", 8), 1),
                Arguments.of(
                        "escaped name",
                        RawFile.of("{" + entry("\\ud83d\\ude00\\u0000", "U8", "[0]", "[0,0]") + "}", 0),
                        1),
                Arguments.of("empty name", RawFile.of("{" + entry("", "U8", "[0]", "[0,0]") + "}", 0), 1));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unusualFiles")
    void isAcceptedByBothReadersAlike(String name, byte[] bytes, int tensors) throws Exception {
        Path file = Files.write(directory.resolve("unusual.safetensors"), bytes);

        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            assertThat(opened.tensors()).as(name).hasSize(tensors);
            SecondOpinion.requireSame(opened, bytes);
        }
        assertThat(SafetensorsVerifier.digest(file).tensors()).hasSize(tensors);
    }

    static Stream<Arguments> overfullHeaders() {
        String empty = "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}";
        String ranks =
                IntStream.range(0, HeaderReader.MAX_RANK).mapToObj(i -> "0").collect(Collectors.joining(","));
        String longName = "n".repeat(60_000);
        return Stream.of(
                Arguments.of("tensors", many(HeaderReader.MAX_TENSORS + 1, i -> "\"t" + i + empty)),
                Arguments.of(
                        "extents",
                        many(
                                HeaderReader.MAX_EXTENTS / HeaderReader.MAX_RANK + 2,
                                i -> "\"t" + i + "\":{\"dtype\":\"U8\",\"shape\":[" + ranks
                                        + "],\"data_offsets\":[0,0]}")),
                Arguments.of(
                        "names", many(HeaderReader.MAX_NAMES_LENGTH / 60_000 + 1, i -> "\"" + longName + i + empty)),
                Arguments.of(
                        "a metadata text",
                        "{\"__metadata__\":{\"k\":\"" + "m".repeat(HeaderReader.MAX_METADATA_LENGTH + 1) + "\"}}"),
                Arguments.of(
                        "metadata entries",
                        many(HeaderReader.MAX_METADATA_LENGTH / 50, i -> "\"k" + i + "\":\"\"")
                                .replaceFirst("^", "{\"__metadata__\":")
                                .concat("}")));
    }

    private static String many(int count, IntFunction<String> entry) {
        return IntStream.range(0, count).mapToObj(entry).collect(Collectors.joining(",", "{", "}"));
    }

    /** Each byte of such a header is paid for, and yet together they would take many times their size in memory. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("overfullHeaders")
    void aHeaderThatDescribesMoreThanIsKeptIsRefused(String what, String header) throws Exception {
        Path file = Files.write(directory.resolve("overfull.safetensors"), RawFile.of(header, 0));

        assertThatThrownBy(() -> SafetensorsFile.open(file))
                .as(what)
                .isInstanceOfSatisfying(SafetensorsException.class, refused -> {
                    assertThat(refused.reason()).isEqualTo(Reason.TOO_MUCH_TO_KEEP);
                    assertThat(refused.getMessage()).hasLineCount(1).hasSizeLessThan(300);
                });
    }

    @Test
    void aNameOfManyThousandCharactersIsRefused() throws Exception {
        Path file = Files.write(
                directory.resolve("a"), RawFile.of("{" + entry("n".repeat(70_000), "U8", "[0]", "[0,0]") + "}", 0));

        assertThatThrownBy(() -> SafetensorsFile.open(file)).isInstanceOf(SafetensorsException.class);
    }

    @Test
    void headerLargerThanTheCapIsRefusedBeforeItIsRead() throws Exception {
        byte[] lie = RawFile.withLength(Header.MAX_HEADER_BYTES, new byte[0], 0);

        long allocated = Allocations.of(() -> assertThatThrownBy(
                        () -> SafetensorsFile.readHeader(new ByteArrayInputStream(lie), Long.MAX_VALUE))
                .isInstanceOf(SafetensorsException.class));

        assertThat(allocated).isLessThan(SMALL);
    }

    /** The format sets no limit, so the naive reader has none; ours is {@link HeaderReader#MAX_RANK}. */
    @Test
    void absurdNumberOfExtentsIsRefused() throws Exception {
        String ones = IntStream.range(0, HeaderReader.MAX_RANK + 1)
                .mapToObj(i -> "1")
                .collect(Collectors.joining(",", "[", "]"));
        Path file = Files.write(directory.resolve("a"), RawFile.of("{" + entry("a", "U8", ones, "[0,1]") + "}", 1));

        assertThatThrownBy(() -> SafetensorsFile.open(file))
                .isInstanceOfSatisfying(SafetensorsException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Reason.INVALID_SHAPE));
    }

    @Test
    void messageShowsNoControlCharactersOfTheFile() throws Exception {
        Path file = Files.write(
                directory.resolve("a"), RawFile.of("{" + entry("\\u001b[31m\\n", "F99", "[]", "[0,4]") + "}", 4));

        assertThatThrownBy(() -> SafetensorsFile.open(file)).message().doesNotContainPattern("\\p{Cntrl}");
    }
}
