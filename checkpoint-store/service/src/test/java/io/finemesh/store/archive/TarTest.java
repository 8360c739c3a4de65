package io.finemesh.store.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.store.archive.TarEntry.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against Apache Commons Compress as the other side. */
class TarTest {
    private static final String LONG_NAME = "a-name-of-more-than-a-hundred-letters-".repeat(4) + ".json";

    @Test
    void othersReadWhatIsWritten() throws IOException {
        byte[] first = "first".getBytes(UTF_8);
        byte[] second = new byte[1024];
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter writer = new TarWriter(out);
        writer.file("first.txt", first.length, content -> content.write(first));
        writer.file(LONG_NAME, second.length, content -> content.write(second));
        writer.file("empty", 0, content -> {});
        writer.end();

        assertThat(out.size()).isEqualTo((int) TarWriter.archiveBytes(List.of(
                new TarEntry("first.txt", Kind.FILE, first.length),
                new TarEntry(LONG_NAME, Kind.FILE, second.length),
                new TarEntry("empty", Kind.FILE, 0))));
        try (TarArchiveInputStream in = new TarArchiveInputStream(new ByteArrayInputStream(out.toByteArray()))) {
            TarArchiveEntry entry = in.getNextEntry();
            assertThat(entry.getName()).isEqualTo("first.txt");
            assertThat(entry.getMode() & 0777).isEqualTo(0644);
            assertThat(entry.getLastModifiedTime().toMillis()).isZero();
            assertThat(in.readAllBytes()).isEqualTo(first);
            assertThat(in.getNextEntry().getName()).isEqualTo(LONG_NAME);
            assertThat(in.readAllBytes()).isEqualTo(second);
            assertThat(in.getNextEntry().getSize()).isZero();
            assertThat(in.getNextEntry()).isNull();
        }
    }

    @Test
    void aFileAboveEightGibibytesIsAnnouncedSoThatOthersReadIt() throws IOException {
        long size = (8L << 30) + 5;
        HeadOnly head = new HeadOnly(4096);
        TarWriter writer = new TarWriter(head);
        byte[] chunk = new byte[1 << 20];
        writer.file("model.safetensors", size, content -> {
            for (long left = size; left > 0; left -= Math.min(left, chunk.length)) {
                content.write(chunk, 0, (int) Math.min(left, chunk.length));
            }
        });
        writer.end();

        assertThat(head.count)
                .isEqualTo(TarWriter.archiveBytes(List.of(new TarEntry("model.safetensors", Kind.FILE, size))));
        try (TarArchiveInputStream in = new TarArchiveInputStream(new ByteArrayInputStream(head.kept.toByteArray()))) {
            assertThat(in.getNextEntry().getSize()).isEqualTo(size);
        }
        assertThat(new TarReader(new ByteArrayInputStream(head.kept.toByteArray())).next())
                .contains(new TarEntry("model.safetensors", Kind.FILE, size));
    }

    @Test
    void contentOfAnotherLengthThanAnnouncedIsAnError() {
        TarWriter writer = new TarWriter(OutputStream.nullOutputStream());

        assertThatThrownBy(() -> writer.file("f", 3, content -> content.write(new byte[4])))
                .isInstanceOf(IOException.class);
    }

    @ParameterizedTest(name = "long names as {0}, big numbers as {0}")
    @ValueSource(ints = {TarArchiveOutputStream.LONGFILE_GNU, TarArchiveOutputStream.LONGFILE_POSIX})
    void readsWhatOthersWrite(int longNames) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
            tar.setLongFileMode(longNames);
            tar.setAddPaxHeadersForNonAsciiNames(true);
            tar.setBigNumberMode(
                    longNames == TarArchiveOutputStream.LONGFILE_GNU
                            ? TarArchiveOutputStream.BIGNUMBER_STAR
                            : TarArchiveOutputStream.BIGNUMBER_POSIX);
            put(tar, new TarArchiveEntry("./"), new byte[0]);
            put(tar, new TarArchiveEntry("dir/"), new byte[0]);
            put(tar, new TarArchiveEntry("dir/ünï.json"), "x".getBytes(UTF_8));
            put(tar, new TarArchiveEntry(LONG_NAME), new byte[600]);
            TarArchiveEntry link = new TarArchiveEntry("link", TarConstants.LF_SYMLINK);
            link.setLinkName("/etc/passwd");
            put(tar, link, new byte[0]);
            put(tar, new TarArchiveEntry("fifo", TarConstants.LF_FIFO), new byte[0]);
        }

        List<String> found = new ArrayList<>();
        TarReader reader = new TarReader(new ByteArrayInputStream(out.toByteArray()));
        for (var entry = reader.next(); entry.isPresent(); entry = reader.next()) {
            found.add(entry.get().kind() + " " + entry.get().name() + " "
                    + reader.content().readAllBytes().length);
        }

        assertThat(found)
                .containsExactly(
                        "DIRECTORY ./ 0",
                        "DIRECTORY dir/ 0",
                        "FILE dir/ünï.json 1",
                        "FILE " + LONG_NAME + " 600",
                        "LINK link 0",
                        "SPECIAL fifo 0");
    }

    @Test
    void skipsContentThatNobodyRead() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter writer = new TarWriter(out);
        writer.file("a", 1000, content -> content.write(new byte[1000]));
        writer.file("b", 1, content -> content.write(7));
        writer.end();
        TarReader reader = new TarReader(new ByteArrayInputStream(out.toByteArray()));
        reader.next();

        assertThat(reader.next()).contains(new TarEntry("b", Kind.FILE, 1));
        assertThat(reader.content().readAllBytes()).containsExactly(7);
        assertThat(reader.next()).isEmpty();
    }

    @Test
    void everyTruncationIsAnErrorAndNotAnEnd() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter writer = new TarWriter(out);
        writer.file("a", 700, content -> content.write(new byte[700]));
        writer.end();
        byte[] whole = out.toByteArray();
        // Any length that does not reach the first block of the end mark.
        for (int length = 0; length < whole.length - TarReader.BLOCK_BYTES; length += 100) {
            byte[] cut = new byte[length];
            System.arraycopy(whole, 0, cut, 0, length);

            assertThatThrownBy(() -> readAll(new ByteArrayInputStream(cut)))
                    .as("cut to %d of %d bytes", length, whole.length)
                    .isInstanceOf(TarException.class);
        }
    }

    @Test
    void noMutationOfAnArchiveDoesMoreThanFail() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            put(tar, new TarArchiveEntry(LONG_NAME), new byte[600]);
            put(tar, new TarArchiveEntry("b"), new byte[10]);
        }
        byte[] whole = out.toByteArray();
        Random random = new Random(7);
        for (int i = 0; i < 5000; i++) {
            byte[] mutant = whole.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
            }
            try {
                readAll(new ByteArrayInputStream(mutant));
            } catch (TarException refused) {
                assertThat(refused).hasMessageNotContaining("\n");
            }
        }
    }

    @Test
    void anExtendedHeaderThatClaimsGigabytesIsRefusedBeforeItIsRead() throws IOException {
        byte[] header = header("x".getBytes(UTF_8), "77777777777", 'x');

        assertThatThrownBy(() -> readAll(new ByteArrayInputStream(header)))
                .isInstanceOf(TarException.class)
                .hasMessageContaining("8589934591");
    }

    @Test
    void aNegativeSizeIsRefused() throws IOException {
        byte[] header = header("f".getBytes(UTF_8), "", '0');
        for (int i = 124; i < 136; i++) {
            header[i] = (byte) 0xFF;
        }
        checksum(header);

        assertThatThrownBy(() -> readAll(new ByteArrayInputStream(header))).isInstanceOf(TarException.class);
    }

    @Test
    void compressedDataIsNamedAsWhatItProbablyIs() {
        byte[] gzip = new byte[2000];
        new Random(1).nextBytes(gzip);

        assertThatThrownBy(() -> readAll(new ByteArrayInputStream(gzip)))
                .isInstanceOf(TarException.class)
                .hasMessageContaining("decompressed");
    }

    private static void readAll(InputStream in) throws IOException {
        TarReader reader = new TarReader(in);
        for (var entry = reader.next(); entry.isPresent(); entry = reader.next()) {
            reader.content().transferTo(OutputStream.nullOutputStream());
        }
    }

    private static void put(TarArchiveOutputStream tar, TarArchiveEntry entry, byte[] content) throws IOException {
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    private static byte[] header(byte[] name, String octalSize, char type) {
        byte[] header = new byte[TarReader.BLOCK_BYTES];
        System.arraycopy(name, 0, header, 0, name.length);
        System.arraycopy(octalSize.getBytes(UTF_8), 0, header, 124, octalSize.length());
        header[156] = (byte) type;
        checksum(header);
        return header;
    }

    private static void checksum(byte[] header) {
        System.arraycopy("        ".getBytes(UTF_8), 0, header, 148, 8);
        int sum = 0;
        for (byte value : header) {
            sum += value & 0xFF;
        }
        System.arraycopy("%06o\0 ".formatted(sum).getBytes(UTF_8), 0, header, 148, 8);
    }

    /** Keeps the beginning and counts the rest. */
    private static final class HeadOnly extends OutputStream {
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private final int most;
        private long count;

        private HeadOnly(int most) {
            this.most = most;
        }

        @Override
        public void write(int value) {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            kept.write(bytes, offset, Math.min(length, Math.max(0, most - kept.size())));
            count += length;
        }
    }
}
