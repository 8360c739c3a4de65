package io.finemesh.gateway.http;

import io.finemesh.gateway.document.Document;
import io.finemesh.gateway.document.DocumentException;
import io.finemesh.gateway.document.DocumentReader;
import io.finemesh.gateway.document.DocumentReader.Syntax;
import io.finemesh.gateway.problem.ProblemDetail;
import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.problem.ProblemType;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.OptionalLong;

/** Request bodies: documents up to a limit, and lengths of what streams through. */
final class Bodies {
    private Bodies() {}

    /** Reads a document, never more than the limit of it. */
    static Document document(InputStream body, Syntax syntax, long mostBytes) {
        try {
            return DocumentReader.read(bytes(body, mostBytes), syntax);
        } catch (DocumentException malformed) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_DOCUMENT,
                    malformed.getMessage()
                            + malformed.place().map(place -> " (" + place + ")").orElse(""),
                    List.of(ProblemDetail.at(malformed.place(), malformed.getMessage())));
        }
    }

    private static byte[] bytes(InputStream body, long mostBytes) {
        try {
            byte[] bytes = body.readNBytes(Math.toIntExact(mostBytes) + 1);
            if (bytes.length > mostBytes) {
                throw ProblemException.of(
                        ProblemType.TOO_LARGE, "the body is larger than " + mostBytes + " bytes, which is the limit");
            }
            return bytes;
        } catch (IOException lost) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_REQUEST, "the body could not be read to its end: " + lost.getMessage());
        }
    }

    /** Length of the body as the client announced it; empty when it comes in chunks. */
    static OptionalLong length(HttpHeaders headers) {
        String length = headers.getHeaderString(HttpHeaders.CONTENT_LENGTH);
        return length != null && length.matches("[0-9]{1,18}")
                ? OptionalLong.of(Long.parseLong(length))
                : OptionalLong.empty();
    }
}
