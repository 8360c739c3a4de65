package io.finemesh.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.fixture.NaiveSafetensors;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;

/** Compares the product's reader with the naive one. */
final class SecondOpinion {
    private SecondOpinion() {}

    /** Both accept the header and see the same, or both refuse it; the product refuses only by its own exception. */
    static boolean agreesOn(byte[] bytes) throws IOException {
        Optional<NaiveSafetensors.Content> expected = naive(bytes);
        try {
            Header header = SafetensorsFile.readHeader(new ByteArrayInputStream(bytes), bytes.length);
            return expected.isPresent() && same(header, expected.get());
        } catch (SafetensorsException refused) {
            return expected.isEmpty();
        }
    }

    /** As {@link #agreesOn(byte[])}, through a mapped file whose bytes are compared as well. */
    static boolean agreesOn(Path file, byte[] bytes) throws IOException {
        Optional<NaiveSafetensors.Content> expected = naive(bytes);
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            return expected.isPresent() && same(opened, expected.get(), bytes);
        } catch (SafetensorsException refused) {
            return expected.isEmpty();
        }
    }

    private static Optional<NaiveSafetensors.Content> naive(byte[] bytes) {
        try {
            return Optional.of(NaiveSafetensors.read(bytes));
        } catch (NaiveSafetensors.Refusal refused) {
            return Optional.empty();
        }
    }

    static void requireSame(SafetensorsFile opened, byte[] bytes) {
        assertThat(same(opened, NaiveSafetensors.read(bytes), bytes)).isTrue();
    }

    private static boolean same(SafetensorsFile opened, NaiveSafetensors.Content expected, byte[] bytes) {
        MemorySegment whole = MemorySegment.ofArray(bytes);
        return same(opened.header(), expected)
                && opened.tensors().stream().allMatch(tensor -> {
                    NaiveSafetensors.Tensor other = expected.tensors().get(tensor.name());
                    return opened.bytes(tensor.name())
                                    .mismatch(whole.asSlice(other.begin(), other.end() - other.begin()))
                            < 0;
                });
    }

    private static boolean same(Header header, NaiveSafetensors.Content expected) {
        return header.tensors().size() == expected.tensors().size()
                && header.metadata().equals(expected.metadata())
                && header.tensors().stream().allMatch(tensor -> {
                    NaiveSafetensors.Tensor other = expected.tensors().get(tensor.name());
                    return other != null
                            && other.dtype().equals(tensor.dtype().name())
                            && other.shape().equals(tensor.shape())
                            && other.begin() == header.dataOffset() + tensor.beginOffset()
                            && other.end() == header.dataOffset() + tensor.endOffset();
                });
    }
}
