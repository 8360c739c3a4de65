package io.finemesh.gateway.submission;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * Names of runs: {@code run-} and 20 hexadecimal digits, either by chance or from an idempotency key, so that the same key means the
 * same run whichever gateway is asked and however often it restarts.
 */
@ApplicationScoped
public class RunIds {
    private static final int BYTES = 10;

    private final RandomGenerator random;

    /** Draws random names from this generator. */
    public RunIds(RandomGenerator random) {
        this.random = random;
    }

    /** A name nobody has. */
    public RunId next() {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return name(bytes);
    }

    /** The name that belongs to an idempotency key. */
    public RunId of(String idempotencyKey) {
        byte[] digest = sha256("finemesh run by idempotency key\0" + idempotencyKey);
        byte[] bytes = new byte[BYTES];
        System.arraycopy(digest, 0, bytes, 0, BYTES);
        return name(bytes);
    }

    /** Identity of the submission of a run: one run is submitted once, however often its command is sent. */
    public static EventId submissionOf(RunId run) {
        return EventId.derived(new EventId(run.value()), "submit", 0);
    }

    private static RunId name(byte[] bytes) {
        return new RunId("run-" + HexFormat.of().formatHex(bytes));
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
