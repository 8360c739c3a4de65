package io.finemesh.evaluator.answer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.run.EvaluationTask;
import io.finemesh.contract.run.TaskOptions;
import io.finemesh.contract.run.TaskSpecification;
import io.finemesh.evaluator.fixture.TinyCheckpoint;
import io.finemesh.evaluator.pause.Pause;
import io.finemesh.evaluator.server.ServerSettings;
import io.finemesh.evaluator.task.Answer;
import io.finemesh.evaluator.task.Measurement;
import io.finemesh.evaluator.task.TaskCatalogue;
import io.finemesh.evaluator.task.TaskRefusedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemoteAnswererTest {
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final List<String> keys = new CopyOnWriteArrayList<>();
    private final AtomicInteger failures = new AtomicInteger();
    private volatile int failure = 503;
    private final List<Duration> pauses = new CopyOnWriteArrayList<>();
    private Pause pause = pauses::add;
    private volatile String retryAfter = "";
    private volatile long longest = 1 << 20;
    private volatile String answer = "{\"choices\":[{\"text\":\" 3 Question: more\"}]}";
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/completions", exchange -> {
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            keys.add(exchange.getRequestHeaders().getFirst("authorization"));
            boolean fails = failures.getAndDecrement() > 0;
            byte[] said = answer.getBytes(UTF_8);
            if (!retryAfter.isEmpty()) {
                exchange.getResponseHeaders().set("Retry-After", retryAfter);
            }
            exchange.sendResponseHeaders(fails ? failure : 200, said.length);
            exchange.getResponseBody().write(said);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void textsAreAskedForAndCutAtEveryStop() throws Exception {
        failures.set(2);

        SortedMap<Integer, Answer> answers = answers(gsm8k());

        assertThat(answers).hasSize(5).containsEntry(4, new Answer.Written(" 3 "));
        assertThat(bodies).hasSize(7).allMatch(body -> body.contains("\"model\":\"big\""));
        assertThat(bodies.getLast()).contains("Question: what is", "\"stop\"", "\"temperature\":0.0");
        assertThat(keys).containsOnly("Bearer open sesame");
    }

    @ParameterizedTest
    @CsvSource({
        "401, INVALID_SPECIFICATION, key",
        "404, INVALID_SPECIFICATION, big",
        "400, INVALID_SPECIFICATION, question",
        "500, EVALUATION_FAILED, answered 500"
    })
    void aServerThatRefusesEndsTheRangeInWords(int status, FailureCode code, String word) {
        failure = status;
        failures.set(1_000);

        assertThatThrownBy(() -> answers(gsm8k())).isInstanceOfSatisfying(TaskRefusedException.class, refused -> {
            assertThat(refused.failure().code()).isEqualTo(code);
            assertThat(refused.getMessage()).contains(word);
        });
    }

    @Test
    void garbageIsAskedForAgainAndThenGivenUp() {
        answer = "<html>";

        assertThatThrownBy(() -> answers(gsm8k())).hasMessageContaining("not JSON");
        assertThat(bodies.size()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void aServerThatIsTooBusyIsWaitedForAsLongAsItSays() throws Exception {
        failure = 429;
        failures.set(1);
        retryAfter = "7";

        assertThat(answers(gsm8k())).hasSize(5);
        assertThat(pauses).containsExactly(Duration.ofSeconds(7));
        failures.set(1_000);
        retryAfter = "3600";
        assertThatThrownBy(() -> answers(gsm8k())).hasMessageContaining("in 3600 s, longer than is waited");
    }

    @Test
    void whoeverIsStoppedDoesNotWaitForWhatIsUnderWay() {
        failures.set(1_000);
        Thread waits = Thread.currentThread();
        CountDownLatch never = new CountDownLatch(1);
        AtomicBoolean stops = new AtomicBoolean();
        AtomicInteger stopped = new AtomicInteger();
        pause = rest -> {
            if (stops.compareAndSet(false, true)) {
                waits.interrupt();
            }
            try {
                assertThat(never.await(10, TimeUnit.SECONDS)).isFalse();
            } catch (InterruptedException told) {
                stopped.incrementAndGet();
                throw told;
            }
        };

        assertThatThrownBy(() -> answers(gsm8k())).isInstanceOf(InterruptedException.class);
        assertThat(stopped).hasPositiveValue();
    }

    @Test
    void anAnswerThatIsTooLongIsNotReadWhole() {
        longest = 20;
        assertThatThrownBy(() -> answers(gsm8k())).hasMessageContaining("more than 20 bytes");
    }

    @Test
    void likelihoodsAreNotToBeHadFromAServer() {
        Measurement loss = TaskCatalogue.measure(
                new TaskSpecification(EvaluationTask.HELD_OUT_LOSS, 0, 1), TinyCheckpoint.sums(2), Optional.empty());

        assertThatThrownBy(() -> answers(loss)).hasMessageContaining("likelihoods");
    }

    private static Measurement gsm8k() {
        StringBuilder rows = new StringBuilder();
        for (int row = 0; row < 5; row++) {
            rows.append("{\"question\":\"what is %d ?\",\"answer\":\"#### %d\"}\n".formatted(row, row));
        }
        TaskOptions noShots = new TaskOptions(
                Optional.empty(), Optional.empty(), OptionalInt.of(0), false, Optional.empty(), Optional.empty());
        return TaskCatalogue.measure(
                new TaskSpecification(EvaluationTask.GSM8K, 0, 4, Optional.of(noShots)),
                rows.toString().getBytes(UTF_8),
                Optional.empty());
    }

    private SortedMap<Integer, Answer> answers(Measurement measurement) throws InterruptedException {
        RemoteAnswerer answerer = new RemoteAnswerer(
                new ServerSettings(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1/"),
                        Optional.of("open sesame"),
                        "big",
                        3,
                        Duration.ofMillis(1),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(10),
                        longest),
                2,
                pause,
                Clock.systemUTC());
        SortedMap<Integer, Answer> answers = new TreeMap<>();
        answerer.<RuntimeException>answer(
                measurement, IntStream.range(0, measurement.size()).boxed().toList(), answers::putAll);
        return answers;
    }
}
