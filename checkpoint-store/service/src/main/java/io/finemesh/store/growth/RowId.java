package io.finemesh.store.growth;

import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.dataset.Turn;
import io.finemesh.dataset.Turn.Role;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Identity of a row: the SHA-256 of its normalised form, so that the same content is the same row however it was spelled and wherever it came from.
 */
final class RowId {
    /** Bytes of an id. */
    static final int BYTES = 32;

    /** Beginning of the id that is enough to name a row. */
    static final int FEWEST_DIGITS = 8;

    private static final double TWO_TO_53 = 0x1p53;

    private final byte[] digest;

    RowId(byte[] digest) {
        if (digest.length != BYTES) {
            throw new IllegalArgumentException("a row id has " + digest.length + " bytes, allowed: " + BYTES);
        }
        this.digest = digest.clone();
    }

    /** The id of a normalised row. */
    static RowId of(byte[] normalised) {
        MessageDigest sha256 = Sha256.start();
        return new RowId(sha256.digest(normalised));
    }

    /**
     * Whether a row is held out. Decided by what is asked, that is all of it but the last answer, so that a question never stands on both sides, not even with
     * another answer; a row that is nothing but an answer is decided by all of it. The same content is decided the same way for ever.
     *
     * @param fraction share of all questions that is held out
     */
    static boolean holdsOut(List<Turn> turns, double fraction) {
        MessageDigest sha256 = Sha256.start();
        List<Turn> asked = turns.size() > 1 && turns.getLast().role() == Role.ASSISTANT
                ? turns.subList(0, turns.size() - 1)
                : turns;
        for (Turn turn : asked) {
            sha256.update(turn.role().name().getBytes(StandardCharsets.UTF_8));
            sha256.update((byte) 0);
            sha256.update(turn.content().getBytes(StandardCharsets.UTF_8));
            sha256.update((byte) 0);
        }
        long bits = ByteBuffer.wrap(sha256.digest()).getLong() >>> 11;
        return bits / TWO_TO_53 < fraction;
    }

    byte[] bytes() {
        return digest.clone();
    }

    /** First half, for a set of many. */
    long high() {
        return ByteBuffer.wrap(digest).getLong(0);
    }

    /** Second quarter, for a set of many. */
    long low() {
        return ByteBuffer.wrap(digest).getLong(Long.BYTES);
    }

    boolean startsWith(String hexadecimalDigits) {
        return toString().startsWith(hexadecimalDigits);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RowId row && Arrays.equals(digest, row.digest);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(digest);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(digest);
    }
}
