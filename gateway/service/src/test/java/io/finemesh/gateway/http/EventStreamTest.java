package io.finemesh.gateway.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.contract.id.RunId;
import io.finemesh.gateway.board.Board;
import io.finemesh.gateway.fake.FakeBroker;
import io.finemesh.gateway.fake.FakeStoreResource;
import io.finemesh.gateway.fake.SampleRun;
import io.finemesh.gateway.view.Occurrence;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FakeStoreResource.class)
class EventStreamTest {
    private final ObjectMapper mapper = new ObjectMapper();
    private final RunId run = new RunId("run-" + UUID.randomUUID());
    private final List<Occurrence> told = SampleRun.occurrences(run);

    @Inject
    FakeBroker broker;

    @Inject
    Board board;

    @TestHTTPResource("/")
    URI base;

    /** One server-sent event. */
    private record Event(String id, String name, JsonNode data) {}

    /** An open stream, read line by line as a browser reads it. */
    private final class Stream implements AutoCloseable {
        private final HttpClient client = HttpClient.newHttpClient();
        private final HttpResponse<InputStream> response;
        private final BufferedReader reader;
        private int comments;

        Stream(String lastEventId) throws IOException, InterruptedException {
            HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve("/v1/runs/" + run + "/events"))
                    .header("accept", "text/event-stream");
            if (lastEventId != null) {
                request.header("Last-Event-ID", lastEventId);
            }
            response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            reader = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        }

        /** The next event; null when the stream has ended. */
        Event next() throws IOException {
            String id = null;
            String name = null;
            String line = reader.readLine();
            while (line != null) {
                if (line.startsWith(":")) {
                    comments++;
                } else if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("event: ")) {
                    name = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    return new Event(id, name, mapper.readTree(line.substring(6)));
                }
                line = reader.readLine();
            }
            return null;
        }

        List<Event> toTheEnd() throws IOException {
            List<Event> events = new ArrayList<>();
            for (Event event = next(); event != null; event = next()) {
                events.add(event);
            }
            return events;
        }

        @Override
        public void close() throws IOException {
            reader.close();
            client.shutdownNow();
        }
    }

    @BeforeEach
    void ready() {
        await().until(board::rebuilt);
    }

    @Test
    void tellsARunAsItHappensAndEndsWithIt() throws Exception {
        say(0, 30);
        try (Stream stream = new Stream(null)) {
            assertThat(stream.response.statusCode()).isEqualTo(200);
            assertThat(stream.response.headers().firstValue("content-type"))
                    .get()
                    .asString()
                    .startsWith("text/event-stream");
            Event first = stream.next();
            assertThat(first.name()).isEqualTo("run.submit");
            assertThat(first.data().path("name").asText()).isEqualTo("sample");
            say(30, told.size());
            List<Event> rest = stream.toTheEnd();
            assertThat(rest.getLast().name()).isEqualTo("run.completed");
            assertThat(rest)
                    .extracting(Event::name)
                    .contains(
                            "run.accepted",
                            "run.segment-scheduled",
                            "run.segment-retried",
                            "training.segment-started",
                            "training.block-activated",
                            "training.step-completed",
                            "training.segment-trained",
                            "training.segment-ended",
                            "training.segment-failed",
                            "checkpoint.committed",
                            "evaluation.started",
                            "evaluation.completed");
            assertThat(rest).allSatisfy(event -> {
                assertThat(event.data().path("type").asText()).isEqualTo(event.name());
                assertThat(event.data().path("runId").asText()).isEqualTo(run.value());
                assertThat(event.data().has("time")).isTrue();
            });
        }
    }

    @Test
    void stepsCarryTheirFigures() throws Exception {
        say(0, told.size());
        try (Stream stream = new Stream(null)) {
            Event step = stream.toTheEnd().stream()
                    .filter(event -> event.name().equals("training.step-completed"))
                    .filter(event -> event.data().path("step").asLong() == 7)
                    .findFirst()
                    .orElseThrow();
            assertThat(step.data().path("loss").asDouble()).isEqualTo(SampleRun.loss(7));
            assertThat(step.data().path("block").asText()).isEqualTo("layer.1");
            assertThat(step.data().path("segmentIndex").asInt()).isEqualTo(1);
            assertThat(step.data().path("phaseMicros").path("forward").asLong()).isEqualTo(707);
        }
    }

    @Test
    void goesOnAfterTheLastEventSeen() throws Exception {
        say(0, told.size());
        List<Event> all;
        try (Stream stream = new Stream(null)) {
            all = stream.toTheEnd();
        }
        Set<String> ids = new HashSet<>();
        all.forEach(
                event -> assertThat(ids.add(event.id())).as("ids are unique").isTrue());
        for (int cut : List.of(0, 1, all.size() / 2, all.size() - 2)) {
            try (Stream stream = new Stream(all.get(cut).id())) {
                assertThat(stream.toTheEnd().stream().map(Event::data).toList())
                        .isEqualTo(all.subList(cut + 1, all.size()).stream()
                                .map(Event::data)
                                .toList());
            }
        }
    }

    @Test
    void hasNoContentForWhoeverHasSeenTheEnd() throws Exception {
        say(0, told.size());
        String end;
        try (Stream stream = new Stream(null)) {
            end = stream.toTheEnd().getLast().id();
        }
        given().header("Last-Event-ID", end)
                .get("/v1/runs/" + run + "/events")
                .then()
                .statusCode(204);
    }

    @Test
    void keepsAQuietConnectionAlive() throws Exception {
        say(0, 4);
        try (Stream stream = new Stream(null)) {
            for (int index = 0; index < 3; index++) {
                stream.next();
            }
            int before = stream.comments;
            assertThat(stream.reader.readLine()).isEmpty();
            String line = stream.reader.readLine();
            while (!line.startsWith(":")) {
                line = stream.reader.readLine();
            }
            assertThat(before).isPositive();
            say(4, 5);
            assertThat(stream.next().name()).isEqualTo("evaluation.completed");
        }
    }

    private void say(int from, int to) {
        broker.say(told.subList(from, to));
        RunId last = run;
        await().until(() -> board.read(mesh -> mesh.run(last).isPresent()));
    }
}
