package io.finemesh.gateway.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.gateway.problem.Problem;
import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.problem.ProblemType;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Makes every failure of a request an application/problem+json answer; what went wrong inside stays in the log. */
public class ProblemMappers {
    private static final Logger LOG = Logger.getLogger(ProblemMappers.class);

    private final ObjectMapper mapper;

    /** Writes problems with this mapper. */
    public ProblemMappers(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    @ServerExceptionMapper
    Response problem(ProblemException problem) {
        Response.ResponseBuilder answer = answer(problem.problem());
        problem.retryAfter().ifPresent(pause -> answer.header(HttpHeaders.RETRY_AFTER, pause.toSeconds()));
        return answer.build();
    }

    @ServerExceptionMapper
    Response refused(WebApplicationException refused, UriInfo uri, HttpHeaders headers) {
        int status = refused.getResponse().getStatus();
        if (status < 400) {
            return refused.getResponse();
        }
        String path = uri.getRequestUri().getPath();
        ProblemException problem =
                switch (status) {
                    case 404 ->
                        ProblemException.of(
                                ProblemType.UNKNOWN_RESOURCE, "there is nothing at " + path + "; see /q/openapi");
                    case 405 ->
                        ProblemException.of(
                                ProblemType.METHOD_NOT_ALLOWED,
                                "the method is not allowed at " + path + "; see /q/openapi");
                    case 406 ->
                        ProblemException.of(
                                ProblemType.NOT_ACCEPTABLE,
                                path + " cannot be given as " + headers.getHeaderString(HttpHeaders.ACCEPT));
                    case 415 ->
                        ProblemException.of(
                                ProblemType.UNSUPPORTED_MEDIA_TYPE,
                                path + " does not read "
                                        + Optional.ofNullable(headers.getHeaderString(HttpHeaders.CONTENT_TYPE))
                                                .map(Parameters::shown)
                                                .orElse("a body without Content-Type")
                                        + "; see /q/openapi for what it reads");
                    default ->
                        ProblemException.of(
                                status < 500 ? ProblemType.MALFORMED_REQUEST : ProblemType.INTERNAL,
                                "the request was refused with status " + status);
                };
        Response.ResponseBuilder answer = answer(problem.problem()).status(status);
        String allow = refused.getResponse().getHeaderString(HttpHeaders.ALLOW);
        if (allow != null) {
            answer.header(HttpHeaders.ALLOW, allow);
        }
        return answer.build();
    }

    @ServerExceptionMapper
    Response failed(Throwable failure, UriInfo uri) {
        String incident = UUID.randomUUID().toString();
        LOG.errorf(failure, "incident %s at %s", incident, uri.getRequestUri().getPath());
        return answer(ProblemException.of(
                                ProblemType.INTERNAL,
                                "something went wrong that should not have; the gateway's log tells of it under incident "
                                        + incident)
                        .problem())
                .build();
    }

    private Response.ResponseBuilder answer(Problem problem) {
        return Response.status(problem.status())
                .type(MediaType.valueOf(Problem.MEDIA_TYPE))
                .entity(write(mapper, problem));
    }

    static byte[] write(ObjectMapper mapper, Problem problem) {
        try {
            return mapper.writeValueAsBytes(problem);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a problem that JSON cannot express: " + problem, impossible);
        }
    }
}
