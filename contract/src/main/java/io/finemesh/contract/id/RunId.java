package io.finemesh.contract.id;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Identity of one fine-tuning run; key of every run-keyed topic. */
public record RunId(String value) implements Identifier {
    private static final int BYTES = 10;

    public RunId {
        Identifier.requireReadable("RunId", value);
    }

    /** The run that a firing leads to: however often the firing is heard of, it is one run. */
    public static RunId ofFire(FireId fire) {
        byte[] name = ("finemesh run by fire\0" + fire.value()).getBytes(StandardCharsets.UTF_8);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name);
            return new RunId("run-" + HexFormat.of().formatHex(digest, 0, BYTES));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
