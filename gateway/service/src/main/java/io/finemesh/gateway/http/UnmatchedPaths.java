package io.finemesh.gateway.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.gateway.problem.Problem;
import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.problem.ProblemType;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Answers what no resource and no file answers, in the same form as every other error. */
@ApplicationScoped
public class UnmatchedPaths {
    private final ObjectMapper mapper;

    /** Writes problems with this mapper. */
    public UnmatchedPaths(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    void register(@Observes Router router) {
        router.route().order(Integer.MAX_VALUE).handler(context -> {
            Problem problem = ProblemException.of(
                            ProblemType.UNKNOWN_RESOURCE,
                            "there is nothing at "
                                    + Parameters.shown(context.request().path()) + "; see /q/openapi")
                    .problem();
            context.response()
                    .setStatusCode(problem.status())
                    .putHeader("content-type", Problem.MEDIA_TYPE)
                    .end(Buffer.buffer(ProblemMappers.write(mapper, problem)));
        });
    }
}
