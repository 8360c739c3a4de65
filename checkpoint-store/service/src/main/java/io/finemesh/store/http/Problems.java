package io.finemesh.store.http;

import io.finemesh.contract.store.StoreProblem;
import io.finemesh.store.manifest.DamagedManifestException;
import io.finemesh.store.publication.PublicationException;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.storage.StorageException;
import io.finemesh.store.storage.StorageFullException;
import io.finemesh.store.storage.StorageRefusedException;
import io.finemesh.store.storage.StorageUnavailableException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Whatever goes wrong as {@code application/problem+json} (RFC 9457), with every single problem in {@code errors}. */
public class Problems {
    /** Media type of the answers. */
    public static final String MEDIA_TYPE = "application/problem+json";

    private static final Logger LOG = Logger.getLogger(Problems.class);
    private static final String TYPE_PREFIX = "urn:finemesh:problem:";
    private static final String RETRY_AFTER_SECONDS = "5";

    /** The sender has to mend it. */
    @ServerExceptionMapper
    public Response refused(RefusalException refusal) {
        return switch (refusal.kind()) {
            case MALFORMED ->
                answer(400, "malformed", "The request is malformed", refusal.getMessage(), refusal.errors());
            case UNKNOWN -> answer(404, "unknown", "There is no such thing", refusal.getMessage(), refusal.errors());
            case CONFLICT ->
                answer(
                        409,
                        "conflict",
                        "The request contradicts what is there",
                        refusal.getMessage(),
                        refusal.errors());
            case TOO_LARGE -> answer(413, "too-large", "More than is taken", refusal.getMessage(), refusal.errors());
            case NOT_USABLE ->
                answer(422, "not-usable", "The content cannot be used", refusal.getMessage(), refusal.errors());
        };
    }

    /** Waiting may help. */
    @ServerExceptionMapper
    public Response storage(StorageException failure) {
        LOG.warnf("a request failed: %s", failure.getMessage());
        return switch (failure) {
            case StorageFullException full ->
                answer(507, "storage-full", "No space is left", full.getMessage(), List.of(full.getMessage()));
            case StorageUnavailableException unavailable ->
                later("storage-unavailable", "Object storage is not available", unavailable.getMessage());
            case StorageRefusedException refused ->
                later("storage-refused", "Object storage refuses the store", refused.getMessage());
        };
    }

    /** What was asked for is done and durable, but the mesh is not told yet; asking again tells it. */
    @ServerExceptionMapper
    public Response unannounced(PublicationException failure) {
        LOG.warnf("a request is done but not announced: %s", failure.getMessage());
        return later(
                "broker-unavailable",
                "The broker is not available",
                failure.getMessage() + "; what was asked for is stored, repeat the request to have it announced");
    }

    /** Damage in object storage. */
    @ServerExceptionMapper
    public Response damaged(DamagedManifestException failure) {
        LOG.error(failure.getMessage());
        return answer(500, "damaged", "A checkpoint is damaged", failure.getMessage(), List.of(failure.getMessage()));
    }

    /** What the framework found wrong: unknown path, method or media type. */
    @ServerExceptionMapper
    public Response framework(WebApplicationException failure) {
        int status = failure.getResponse().getStatus();
        String detail =
                switch (status) {
                    case 404 -> "there is nothing at this path";
                    case 405 -> "this path does not take this method";
                    case 406 -> "this path does not answer in a media type that was asked for";
                    case 415 -> "this path does not take this Content-Type";
                    default -> String.valueOf(failure.getMessage());
                };
        return answer(status, "http-" + status, "The request cannot be served", detail, List.of(detail));
    }

    /** Nobody foresaw it; the log has the rest under the reference. */
    @ServerExceptionMapper
    public Response unforeseen(RuntimeException failure) {
        String reference = UUID.randomUUID().toString();
        LOG.errorf(failure, "a request failed in a way nobody foresaw, reference %s", reference);
        String detail = "the store failed in a way nobody foresaw; its log has the reason under reference " + reference;
        return answer(500, "internal", "The store is wrong", detail, List.of(detail));
    }

    private static Response later(String type, String title, String detail) {
        return Response.fromResponse(answer(503, type, title, detail, List.of(detail)))
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .build();
    }

    private static Response answer(int status, String type, String title, String detail, List<String> errors) {
        return Response.status(status)
                .type(MEDIA_TYPE)
                .entity(new StoreProblem(TYPE_PREFIX + type, title, status, detail, errors))
                .build();
    }
}
