package io.finemesh.gateway.http;

import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.problem.ProblemType;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.Locale;
import java.util.Set;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Looks at headers before anything is chosen by them: a body's type has to be one and its text UTF-8, and a key is not empty. */
public class RequestHeaders {
    /** Some clients name ISO-8859-1 unasked. ASCII is the same in all of these; what is not, and not UTF-8 either, is refused when it is read. */
    private static final Set<String> READ = Set.of("utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1");

    /** Refuses what no resource could read. */
    @ServerRequestFilter(preMatching = true)
    public void check(ContainerRequestContext request) {
        String key = request.getHeaders().getFirst("Idempotency-Key");
        if (key != null && key.isBlank()) {
            Parameters.idempotencyKey(key);
        }
        String text = request.getHeaderString(HttpHeaders.CONTENT_TYPE);
        if (text == null) {
            return;
        }
        MediaType type;
        try {
            type = MediaType.valueOf(text);
        } catch (IllegalArgumentException none) {
            throw ProblemException.of(
                    ProblemType.UNSUPPORTED_MEDIA_TYPE,
                    "the header Content-Type is '" + Parameters.shown(text)
                            + "', which is no media type; allowed: one such as application/yaml, see /q/openapi");
        }
        String charset = type.getParameters().get(MediaType.CHARSET_PARAMETER);
        if (charset != null && !READ.contains(charset.toLowerCase(Locale.ROOT))) {
            throw ProblemException.of(
                    ProblemType.UNSUPPORTED_MEDIA_TYPE,
                    "the header Content-Type names the charset '" + Parameters.shown(charset) + "', allowed: utf-8");
        }
    }
}
