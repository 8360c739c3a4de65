package io.finemesh.gateway.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.contract.trigger.ReportOutsideEvent;
import io.finemesh.gateway.config.GatewayConfig;
import io.finemesh.gateway.policy.TriggerDesk;
import io.finemesh.gateway.problem.ProblemDetail;
import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.problem.ProblemType;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** CloudEvents from outside (CloudEvents 1.0, HTTP binding): in structured mode as one JSON object, or in binary mode with {@code ce-} headers. */
@Path("/v1/events")
@Tag(name = "events", description = "Events from outside that policies may fire on")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
public class OutsideEventResource {
    private static final String STRUCTURED = "application/cloudevents+json";
    private static final int LONGEST = 200;

    private final TriggerDesk triggers;
    private final ObjectMapper mapper;
    private final long mostBytes;

    /** Wires what the resource asks. */
    public OutsideEventResource(TriggerDesk triggers, ObjectMapper mapper, GatewayConfig config) {
        this.triggers = triggers;
        this.mapper = mapper;
        this.mostBytes = config.submission().maxBytes().asLongValue();
    }

    /** Takes an event. */
    @POST
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "reportEvent",
            summary = "Report a CloudEvent",
            description =
                    "In structured mode (application/cloudevents+json) or binary mode (ce- headers). Policies with an external trigger "
                            + "of its type fire; the same source and id again within a day change nothing. The event's data is not read.")
    @APIResponse(responseCode = "202", description = "The triggers are told")
    @APIResponse(responseCode = "400", description = "It is no CloudEvent", ref = "Problem")
    public Response report(@Context HttpHeaders headers, @Parameter(hidden = true) InputStream body) {
        String type = String.valueOf(headers.getHeaderString(HttpHeaders.CONTENT_TYPE));
        Function<String, Optional<String>> attribute;
        if (type.startsWith(STRUCTURED)) {
            JsonNode event = structured(body);
            attribute = name -> Optional.ofNullable(event.get(name))
                    .filter(JsonNode::isTextual)
                    .map(JsonNode::textValue);
        } else {
            attribute = name -> Optional.ofNullable(headers.getHeaderString("ce-" + name));
        }
        triggers.report(event(attribute));
        return Response.accepted().build();
    }

    private JsonNode structured(InputStream body) {
        try {
            byte[] bytes = body.readNBytes(Math.toIntExact(mostBytes) + 1);
            if (bytes.length > mostBytes) {
                throw ProblemException.of(
                        ProblemType.TOO_LARGE, "the event is larger than " + mostBytes + " bytes, which is the limit");
            }
            return mapper.readTree(bytes);
        } catch (JsonProcessingException malformed) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_DOCUMENT, "the event is not JSON: " + malformed.getOriginalMessage());
        } catch (IOException lost) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_REQUEST, "the body could not be read to its end: " + lost.getMessage());
        }
    }

    private static ReportOutsideEvent event(Function<String, Optional<String>> attribute) {
        List<String> wrong = new ArrayList<>();
        String version = required(attribute, "specversion", wrong);
        if (!version.isEmpty() && !version.equals("1.0")) {
            wrong.add("specversion is '" + Parameters.shown(version) + "'; allowed: 1.0");
        }
        String id = required(attribute, "id", wrong);
        String source = required(attribute, "source", wrong);
        String type = required(attribute, "type", wrong);
        if (type.startsWith("io.finemesh.")) {
            wrong.add(
                    "type is '" + Parameters.shown(type) + "'; types that begin with io.finemesh. are the mesh's own");
        }
        if (!wrong.isEmpty()) {
            throw ProblemException.of(
                    ProblemType.MALFORMED_REQUEST,
                    "this is no CloudEvent that can be taken: " + String.join("; ", wrong),
                    wrong.stream().map(ProblemDetail::of).toList());
        }
        return new ReportOutsideEvent(
                type, source, id, attribute.apply("subject").filter(subject -> subject.length() <= LONGEST));
    }

    private static String required(Function<String, Optional<String>> attribute, String name, List<String> wrong) {
        String value = attribute.apply(name).orElse("");
        if (value.isBlank() || value.length() > LONGEST || value.matches("(?s).*\\p{Cntrl}.*")) {
            wrong.add(name + (value.isBlank() ? " is missing" : " is '" + Parameters.shown(value) + "'")
                    + "; allowed: 1 to " + LONGEST + " printable characters");
            return "";
        }
        return value;
    }
}
