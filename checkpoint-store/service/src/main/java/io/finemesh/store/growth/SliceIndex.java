package io.finemesh.store.growth;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Which rows a slice brought and where each went: one byte and the row's id each, in the order in which they came. */
final class SliceIndex {
    private static final int ENTRY_BYTES = 1 + RowId.BYTES;

    private SliceIndex() {}

    /** Where a row went. The letters stand in committed objects and never change. */
    enum Part {
        TRAINING('t'),
        HELD_OUT('h'),
        /** It could not be taken; its id is that of its text as it came. */
        QUARANTINED('q'),
        /** A row of an older slice that was taken away. */
        REMOVED('r');

        private final char letter;

        Part(char letter) {
            this.letter = letter;
        }

        /** The name callers see. */
        String wireName() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        static Part of(byte letter) {
            return Arrays.stream(values())
                    .filter(part -> part.letter == (char) letter)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("an index of a slice has an entry of kind " + letter
                            + ", allowed: t, h, q and r; it was not written by this store"));
        }
    }

    /**
     * One entry.
     *
     * @param part where the row went
     * @param row its id
     */
    record Entry(Part part, RowId row) {}

    static byte[] encode(List<Entry> entries) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(entries.size() * ENTRY_BYTES);
        for (Entry entry : entries) {
            bytes.write(entry.part().letter);
            bytes.writeBytes(entry.row().bytes());
        }
        return bytes.toByteArray();
    }

    static List<Entry> decode(byte[] bytes) {
        if (bytes.length % ENTRY_BYTES != 0) {
            throw new IllegalStateException("an index of a slice has " + bytes.length
                    + " bytes, allowed: a multiple of " + ENTRY_BYTES + "; it was not written by this store");
        }
        List<Entry> entries = new ArrayList<>(bytes.length / ENTRY_BYTES);
        for (int at = 0; at < bytes.length; at += ENTRY_BYTES) {
            entries.add(new Entry(Part.of(bytes[at]), new RowId(Arrays.copyOfRange(bytes, at + 1, at + ENTRY_BYTES))));
        }
        return entries;
    }
}
