package io.finemesh.gateway.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What shows a receiver that a message comes from here and is as it was sent: HMAC-SHA-256 (RFC 2104) over identity, time and body, in the form of the Standard Webhooks specification, {@code v1,} and
 * base64. A receiver refuses old times, so that a message cannot be played again.
 */
final class Signature {
    private static final String ALGORITHM = "HmacSHA256";

    private Signature() {}

    /**
     * The signature of a message.
     *
     * @param secret shared with the receiver
     * @param id identity of the message
     * @param time when it is sent; whole seconds count
     * @param body its bytes
     */
    static String of(String secret, String id, Instant time, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), ALGORITHM));
            mac.update((id + "." + time.getEpochSecond() + ".").getBytes(UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, impossible);
        }
    }
}
