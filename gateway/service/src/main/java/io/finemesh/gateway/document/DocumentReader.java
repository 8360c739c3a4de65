package io.finemesh.gateway.document;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Reads bytes in the syntax their media type names. Thread-safe. */
public final class DocumentReader {
    /** Syntax of a document. */
    public enum Syntax {
        /** YAML 1.2, core schema: {@code 1e-5} is a number and {@code off} is text. */
        YAML,
        /** RFC 8259. */
        JSON
    }

    private DocumentReader() {}

    /**
     * Reads a document.
     *
     * @throws DocumentException when the bytes are not UTF-8, are malformed, or exceed the limits
     */
    public static Document read(byte[] bytes, Syntax syntax) throws DocumentException {
        String text = decode(bytes);
        return switch (syntax) {
            case YAML -> new YamlSyntax().read(text);
            case JSON -> new JsonSyntax().read(text);
        };
    }

    private static String decode(byte[] bytes) throws DocumentException {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException notUtf8) {
            throw new DocumentException("the document is not UTF-8 text (" + notUtf8.getMessage() + ")");
        }
    }
}
