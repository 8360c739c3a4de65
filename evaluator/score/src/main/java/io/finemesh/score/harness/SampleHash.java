package io.finemesh.score.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.finemesh.score.python.PythonJson;
import io.finemesh.score.task.Example;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Digests that say whether two runs asked the same: SHA-256, hexadecimal, of the document as Python writes it with an indent of 2, of the prompt, and of
 * the target.
 *
 * @param document of the document
 * @param prompt of the prompt's text
 * @param target of the target
 */
public record SampleHash(String document, String prompt, String target) {
    /** The digests of one example; {@code promptText} is the text that the model was given. */
    public static SampleHash of(Example example, String promptText) {
        return new SampleHash(
                sha256(PythonJson.indented(example.document(), 2, false)),
                sha256(promptText),
                sha256(example.target()));
    }

    /** SHA-256 of a text's UTF-8 bytes. */
    public static String sha256(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
