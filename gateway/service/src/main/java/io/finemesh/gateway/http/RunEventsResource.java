package io.finemesh.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.finemesh.contract.id.RunId;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.config.GatewayConfig;
import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.problem.ProblemType;
import io.finemesh.gateway.view.FeedItem;
import io.finemesh.gateway.view.Position;
import io.finemesh.gateway.view.RunFeed;
import io.finemesh.gateway.view.RunView;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.Startup;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * A run's events as they happen (https://html.spec.whatwg.org/multipage/server-sent-events.html). Each stream has a virtual thread of
 * its own that takes from the run's feed and writes; a slow reader slows only its own stream.
 */
@Path("/v1/runs/{id}/events")
@Tag(name = "runs")
@Singleton
@Startup
@RunOnVirtualThread
public class RunEventsResource {
    private static final int CHUNK = 200;
    /** A little under the time the end of a run is held back, so that it is told soon after. */
    private static final Duration SHORT_WAIT = Duration.ofMillis(250);

    private final RunLookup runs;
    private final Board board;
    private final GatewayConfig.Events config;
    private final Clock clock;
    private final AtomicInteger open = new AtomicInteger();
    private volatile boolean stopping;

    /** Wires what the resource asks. */
    public RunEventsResource(RunLookup runs, Board board, GatewayConfig config, Clock clock, MeterRegistry meters) {
        this.runs = runs;
        this.board = board;
        this.config = config.events();
        this.clock = clock;
        meters.gauge("finemesh.gateway.event.streams", open);
    }

    void stop(@Observes ShutdownEvent event) {
        stopping = true;
    }

    /** Follows a run. */
    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(
            operationId = "followRun",
            summary = "A run's events, as they happen",
            description =
                    "Server-sent events. An event's name is the message's wire name in short, such as training.step-completed; "
                            + "its data is one line of JSON with type, time, runId and the message's own fields; its id is a position that holds "
                            + "across restarts of the gateway. Send it back as Last-Event-ID to go on after it, without loss or repetition. "
                            + "The stream ends after run.completed, run.failed, run.cancelled or run.rejected; asking again from there gives 204. "
                            + "Comment lines keep the connection alive.")
    @APIResponse(
            responseCode = "200",
            description = "Events",
            content =
                    @Content(mediaType = MediaType.SERVER_SENT_EVENTS, schema = @Schema(implementation = String.class)))
    @APIResponse(responseCode = "204", description = "The run has ended and everything was told already")
    @APIResponse(responseCode = "400", description = "The position has the wrong form", ref = "Problem")
    @APIResponse(responseCode = "404", description = "There is no such run", ref = "Problem")
    @APIResponse(responseCode = "429", description = "Too many streams are open", ref = "Problem")
    public Response follow(
            @PathParam("id") String id,
            @Parameter(description = "Position to go on after") @HeaderParam("Last-Event-ID") String lastEventId,
            @Parameter(description = "The same for clients that cannot set headers") @QueryParam("lastEventId")
                    String lastEventIdParameter) {
        RunId run = Parameters.run(id);
        RunFeed feed = new RunFeed(position(lastEventId, lastEventIdParameter), config.endGrace());
        List<FeedItem> first = runs.read(run, view -> feed.next(view, CHUNK, clock.instant()));
        if (first.isEmpty() && feed.finished()) {
            return Response.noContent().build();
        }
        if (open.get() >= config.mostStreams()) {
            throw ProblemException.later(
                    ProblemType.TOO_MANY_STREAMS,
                    config.mostStreams() + " event streams are open, which is the limit; close some or try again",
                    Duration.ofSeconds(10),
                    null);
        }
        // Counted when it begins: of a client that has left by then nobody would ever say that it ended.
        StreamingOutput events = output -> {
            open.incrementAndGet();
            try {
                stream(run, feed, first, output);
            } finally {
                open.decrementAndGet();
            }
        };
        return Response.ok(events, MediaType.SERVER_SENT_EVENTS)
                .header("Cache-Control", "no-store")
                .header("X-Accel-Buffering", "no")
                .build();
    }

    private static Position position(String header, String parameter) {
        String text = header != null && !header.isBlank() ? header : parameter;
        if (text == null || text.isBlank()) {
            return Position.start();
        }
        return Position.parse(text)
                .orElseThrow(() -> ProblemException.of(
                        ProblemType.MALFORMED_IDENTIFIER,
                        "Last-Event-ID is '" + Parameters.shown(text)
                                + "', allowed: the id of an event of this run, such as 1.r12.s340"));
    }

    private void stream(RunId run, RunFeed feed, List<FeedItem> first, OutputStream output) throws IOException {
        EventData data = new EventData(run);
        List<FeedItem> items = first;
        Duration silence = Duration.ZERO;
        comment(output, "following " + run);
        while (!stopping) {
            for (FeedItem item : items) {
                write(output, data, item);
            }
            if (!items.isEmpty()) {
                output.flush();
                silence = Duration.ZERO;
            }
            if (feed.finished()) {
                return;
            }
            long seen = board.version();
            items = next(run, feed);
            if (items.isEmpty() && !feed.finished() && !changes(seen)) {
                silence = silence.plus(SHORT_WAIT);
                if (silence.compareTo(config.heartbeat()) >= 0) {
                    comment(output, "waiting");
                    silence = Duration.ZERO;
                }
            }
        }
    }

    private List<FeedItem> next(RunId run, RunFeed feed) {
        return runs.read(run, (RunView view) -> feed.next(view, CHUNK, clock.instant()));
    }

    private boolean changes(long seen) throws IOException {
        try {
            return board.awaitChange(seen, SHORT_WAIT);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the gateway stops");
        }
    }

    private static void write(OutputStream output, EventData data, FeedItem item) throws IOException {
        String event = "id: " + item.after() + "\nevent: " + data.name(item) + "\ndata: " + data.json(item) + "\n\n";
        output.write(event.getBytes(UTF_8));
    }

    private static void comment(OutputStream output, String text) throws IOException {
        output.write((": " + text + "\n\n").getBytes(UTF_8));
        output.flush();
    }
}
