package io.finemesh.gateway.http;

import io.finemesh.gateway.problem.Problem;
import jakarta.ws.rs.core.Application;
import org.eclipse.microprofile.openapi.annotations.Components;
import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** What the OpenAPI document says of the whole: one answer for every error. */
@OpenAPIDefinition(
        info =
                @Info(
                        title = "Finemesh gateway",
                        version = "1",
                        description =
                                "Submit fine-tuning runs, follow every optimizer step, and take the checkpoints away. "
                                        + "Every error is an application/problem+json document (RFC 9457)."),
        components =
                @Components(
                        responses =
                                @APIResponse(
                                        name = "Problem",
                                        description = "An error (RFC 9457)",
                                        content =
                                                @Content(
                                                        mediaType = Problem.MEDIA_TYPE,
                                                        schema = @Schema(implementation = Problem.class)))))
public class ProblemComponent extends Application {}
