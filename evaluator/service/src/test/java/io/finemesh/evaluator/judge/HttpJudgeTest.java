package io.finemesh.evaluator.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.evaluator.judge.JudgeReply.Cause;
import io.finemesh.evaluator.judge.JudgeReply.Failed;
import io.finemesh.evaluator.judge.JudgeReply.Said;
import io.finemesh.evaluator.server.ServerSettings;
import io.finemesh.score.mtbench.JudgeRequest;
import io.finemesh.score.mtbench.Judgment;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpJudgeTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);

    private final List<Duration> pauses = new CopyOnWriteArrayList<>();

    private static JudgeRequest request(long question) {
        return new JudgeRequest(
                question,
                1,
                "m",
                Optional.empty(),
                "single-v1",
                "[[rating]]",
                "Be fair.",
                "question " + question + " \"\u00fc\"");
    }

    private static ServerSettings settings(FakeJudgeServer server, int attempts, Duration timeout) {
        return new ServerSettings(
                server.endpoint(),
                Optional.of("secret-key"),
                "judge-1",
                attempts,
                Duration.ofSeconds(1),
                Duration.ofSeconds(60),
                timeout,
                10_000);
    }

    private HttpJudge judge(FakeJudgeServer server, int attempts) {
        return new HttpJudge(
                settings(server, attempts, Duration.ofSeconds(60)), new Spending(JudgeLimits.NONE), pauses::add, CLOCK);
    }

    private JudgeReply ask(FakeJudgeServer server, int attempts) throws Exception {
        try (HttpJudge judge = judge(server, attempts)) {
            return judge.ask(request(81));
        }
    }

    private static void assertFailed(JudgeReply reply, Cause cause, int attempts) {
        assertThat(reply).isInstanceOfSatisfying(Failed.class, failed -> {
            assertThat(failed.cause()).isEqualTo(cause);
            assertThat(failed.attempts()).isEqualTo(attempts);
            assertThat(failed.message()).isNotBlank().doesNotContain("secret-key");
            assertThat(failed.text()).isEqualTo("$ERROR$");
        });
    }

    @Test
    void asksInTheServersForm() throws Exception {
        Spending spending = new Spending(JudgeLimits.NONE);
        try (FakeJudgeServer server = new FakeJudgeServer(FakeJudgeServer.said("Rating: [[8]]", 120));
                HttpJudge judge =
                        new HttpJudge(settings(server, 3, Duration.ofSeconds(60)), spending, pauses::add, CLOCK)) {
            assertThat(judge.ask(request(81))).isEqualTo(new Said("Rating: [[8]]"));
            assertThat(spending.tokens()).isEqualTo(120);
            FakeJudgeServer.Received received = server.received.getFirst();
            assertThat(received.path()).isEqualTo("/v1/chat/completions");
            assertThat(received.authorization()).isEqualTo("Bearer secret-key");
            JsonNode body = new ObjectMapper().readTree(received.body());
            assertThat(body.get("model").textValue()).isEqualTo("judge-1");
            assertThat(body.get("temperature").intValue()).isZero();
            assertThat(body.get("max_tokens").intValue()).isEqualTo(2048);
            assertThat(body.get("messages").get(0).toString())
                    .isEqualTo("{\"role\":\"system\",\"content\":\"Be fair.\"}");
            assertThat(body.get("messages").get(1).get("content").textValue()).isEqualTo("question 81 \"\u00fc\"");
            assertThat(Judgment.of(request(81), judge.name(), "Rating: [[8]]", 0)
                            .score())
                    .isEqualTo(8);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void aRefusedKeyIsNotTriedAgain(int status) throws Exception {
        try (FakeJudgeServer server = new FakeJudgeServer(FakeJudgeServer.status(status, "no"));
                HttpJudge judge = judge(server, 5)) {
            assertFailed(judge.ask(request(81)), Cause.UNAUTHORIZED, 1);
            assertFailed(judge.ask(request(82)), Cause.UNAUTHORIZED, 0);
            assertThat(server.received).hasSize(1);
            assertThat(pauses).isEmpty();
        }
    }

    @Test
    void tooManyRequestsWaitAsLongAsTheServerSays() throws Exception {
        try (FakeJudgeServer server = new FakeJudgeServer(
                FakeJudgeServer.status(429, "", "Retry-After", "7"),
                FakeJudgeServer.status(429, "", "Retry-After", "Thu, 01 Jan 2026 00:00:30 GMT"),
                FakeJudgeServer.status(429, "", "Retry-After", "soon"),
                FakeJudgeServer.said("[[3]]", 1))) {
            assertThat(ask(server, 5)).isEqualTo(new Said("[[3]]"));
            assertThat(pauses).containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(30), Duration.ofSeconds(4));
        }
    }

    @Test
    void aPauseThatIsTooLongIsAFailure() throws Exception {
        try (FakeJudgeServer server = new FakeJudgeServer(FakeJudgeServer.status(429, "", "Retry-After", "3600"))) {
            JudgeReply reply = ask(server, 5);
            assertFailed(reply, Cause.RATE_LIMITED, 1);
            assertThat(((Failed) reply).message()).contains("3600 s");
            assertThat(pauses).isEmpty();
        }
    }

    @Test
    void serverErrorsAreTriedAgainWithDoubledPauses() throws Exception {
        try (FakeJudgeServer server = new FakeJudgeServer(
                FakeJudgeServer.status(500, "oops"),
                FakeJudgeServer.status(503, ""),
                FakeJudgeServer.status(408, ""),
                FakeJudgeServer.said("[[4]]", 1))) {
            assertThat(ask(server, 5)).isEqualTo(new Said("[[4]]"));
            assertThat(pauses).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));
        }
    }

    @Test
    void aServerThatKeepsFailingIsGivenUpAfterTheLastAttempt() throws Exception {
        try (FakeJudgeServer server = new FakeJudgeServer(FakeJudgeServer.status(500, "oops"))) {
            assertFailed(ask(server, 9), Cause.SERVER_FAILED, 9);
            assertThat(server.received).hasSize(9);
            assertThat(pauses).hasSize(8).endsWith(Duration.ofSeconds(60), Duration.ofSeconds(60));
        }
    }

    @Test
    void otherRefusalsAreNotTriedAgain() throws Exception {
        try (FakeJudgeServer server = new FakeJudgeServer(FakeJudgeServer.status(404, "no such model"))) {
            assertFailed(ask(server, 5), Cause.REFUSED, 1);
        }
    }

    /** As OpenAI, vLLM, LiteLLM and Ollama say it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"error\": {\"message\": \"nope\", \"type\": \"invalid_request_error\", \"code\": \"model_not_found\"}}",
                "{\"object\": \"error\", \"message\": \"The model `judge-1` does not exist.\", \"code\": 404}",
                "{\"error\": {\"message\": \"Invalid model name passed in model=judge-1\", \"code\": \"400\"}}",
                "{\"error\": \"model 'judge-1' not found, try pulling it first\"}",
                "{\"error\": {\"message\": \"wrong\", \"param\": \"model\"}}",
                "unknown model judge-1"
            })
    void aWrongModelNameIsFatalWhateverTheStatus(String body) throws Exception {
        for (int status : new int[] {400, 404, 422}) {
            try (FakeJudgeServer server = new FakeJudgeServer(FakeJudgeServer.status(status, body))) {
                JudgeReply reply = ask(server, 5);
                assertFailed(reply, Cause.REFUSED, 1);
                assertThat(((Failed) reply).message()).contains("it has no model judge-1");
            }
        }
    }

    @Test
    void aRequestThatIsTooLongForTheModelIsNoWrongName() throws Exception {
        String body =
                "{\"error\": {\"message\": \"This model's maximum context length is 4096 tokens. However, you requested"
                        + " 5000 tokens. Please reduce the length of the messages.\", \"param\": \"messages\","
                        + " \"code\": \"context_length_exceeded\"}}";
        try (FakeJudgeServer server = new FakeJudgeServer(FakeJudgeServer.status(400, body))) {
            assertFailed(ask(server, 5), Cause.UNFIT, 1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 413, 422})
    void aRequestThatItCannotTakeIsToldFromAServerThatTakesNone(int status) throws Exception {
        try (FakeJudgeServer server = new FakeJudgeServer(FakeJudgeServer.status(status, "too long"))) {
            assertFailed(ask(server, 5), Cause.UNFIT, 1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage",
                "[]",
                "null",
                "{\"choices\": []}",
                "{\"choices\": \"x\"}",
                "{\"choices\": [{\"message\": {\"content\": null}}]}",
                "{\"choices\": [{}]}",
                "{\"choices\": [{\"message\": {\"content\": 4}}]}",
                "{\"error\": {\"message\": \"no\"}}"
            })
    void answersThatCannotBeReadAreTriedAgainAndThenTyped(String body) throws Exception {
        try (FakeJudgeServer server = new FakeJudgeServer(FakeJudgeServer.status(200, body))) {
            assertFailed(ask(server, 2), Cause.UNREADABLE, 2);
        }
    }

    @Test
    void aHugeAnswerIsNotReadWhole() throws Exception {
        try (FakeJudgeServer server = new FakeJudgeServer(FakeJudgeServer.said("x".repeat(50_000), 1))) {
            assertFailed(ask(server, 1), Cause.UNREADABLE, 1);
        }
    }

    @Test
    void silenceEndsWithTheTimeout() throws Exception {
        try (FakeJudgeServer server = new FakeJudgeServer(FakeJudgeServer.said("never", 1))) {
            server.next(server.silence(), server.halfAnAnswer());
            Duration brief = Duration.ofMillis(300);
            try (HttpJudge first = judge(server, 1);
                    HttpJudge judge = new HttpJudge(
                            settings(server, 2, brief), new Spending(JudgeLimits.NONE), pauses::add, CLOCK)) {
                assertThat(first.ask(request(80))).isInstanceOf(Said.class);
                assertFailed(judge.ask(request(81)), Cause.NO_ANSWER, 2);
            }
            assertThat(pauses).hasSize(1);
        }
    }

    @Test
    void aServerThatIsNotThereIsNoAnswer() throws Exception {
        FakeJudgeServer server = new FakeJudgeServer(FakeJudgeServer.said("x", 1));
        server.close();
        assertFailed(ask(server, 3), Cause.NO_ANSWER, 3);
    }

    @Test
    void budgetsOfRequestsAndTokensAreKept() throws Exception {
        Spending spending = new Spending(new JudgeLimits(2, Long.MAX_VALUE));
        try (FakeJudgeServer server = new FakeJudgeServer(FakeJudgeServer.said("[[1]]", 100));
                HttpJudge requests =
                        new HttpJudge(settings(server, 3, Duration.ofSeconds(60)), spending, pauses::add, CLOCK);
                HttpJudge tokens = new HttpJudge(
                        settings(server, 3, Duration.ofSeconds(60)),
                        new Spending(new JudgeLimits(Long.MAX_VALUE, 150)),
                        pauses::add,
                        CLOCK)) {
            for (HttpJudge judge : List.of(requests, tokens)) {
                assertThat(judge.ask(request(81))).isInstanceOf(Said.class);
                assertThat(judge.ask(request(82))).isInstanceOf(Said.class);
                assertFailed(judge.ask(request(83)), Cause.OVER_BUDGET, 0);
            }
            assertThat(server.received).hasSize(4);
            assertThat(spending.requests()).isEqualTo(2);
        }
    }

    @Test
    void aBudgetThatAttemptsUsedUpIsToldWithWhatTheyCameTo() throws Exception {
        try (FakeJudgeServer server = new FakeJudgeServer(FakeJudgeServer.status(503, ""));
                HttpJudge judge = new HttpJudge(
                        settings(server, 6, Duration.ofSeconds(60)),
                        new Spending(new JudgeLimits(2, Long.MAX_VALUE)),
                        pauses::add,
                        CLOCK)) {
            Failed failed = (Failed) judge.ask(request(81));

            assertThat(failed.cause()).isEqualTo(Cause.OVER_BUDGET);
            assertThat(failed.message()).contains("the budget of 2 requests is spent", "came to nothing", "503");
        }
    }

    @Test
    void aPanelAsksSomeAtOnceAndKeepsTheOrder() throws Exception {
        int together = 4;
        AtomicInteger underWay = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        // Every answer waits until four requests are under way, so that fewer at once would never be answered.
        CyclicBarrier meeting = new CyclicBarrier(together);
        FakeJudgeServer.Answer answer = exchange -> {
            most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            try {
                meeting.await(30, TimeUnit.SECONDS);
            } catch (BrokenBarrierException | TimeoutException alone) {
                throw new IllegalStateException("fewer than four requests at once", alone);
            }
            underWay.decrementAndGet();
            FakeJudgeServer.said("fine", 1).to(exchange);
        };
        try (FakeJudgeServer server = new FakeJudgeServer(answer);
                HttpJudge judge = judge(server, 1)) {
            List<JudgeReply> replies = new JudgePanel(judge, together)
                    .ask(LongStream.range(0, 12)
                            .mapToObj(HttpJudgeTest::request)
                            .toList());
            assertThat(replies).hasSize(12).allMatch(reply -> reply instanceof Said);
            assertThat(most.get()).isEqualTo(together);
        }
        Judge echo = new Judge() {
            @Override
            public String name() {
                return "echo";
            }

            @Override
            public JudgeReply ask(JudgeRequest request) {
                return new Said("" + request.question());
            }
        };
        assertThat(new JudgePanel(echo, 3)
                        .ask(LongStream.range(0, 50)
                                .mapToObj(HttpJudgeTest::request)
                                .toList()))
                .extracting(JudgeReply::text)
                .containsExactlyElementsOf(
                        LongStream.range(0, 50).mapToObj(Long::toString).toList());
    }

    @Test
    void aPanelEndsAtTheFirstReplyThatMakesTheOthersUseless() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Judge judge = new Judge() {
            @Override
            public String name() {
                return "half";
            }

            @Override
            public JudgeReply ask(JudgeRequest request) throws InterruptedException {
                if (request.question() == 0) {
                    return new Failed(Cause.REFUSED, 1, "no such model");
                }
                never.await();
                return new Said("never");
            }
        };

        List<Optional<JudgeReply>> replies = new JudgePanel(judge, 2)
                .askUntil(
                        LongStream.range(0, 9).mapToObj(HttpJudgeTest::request).toList(),
                        reply -> reply instanceof Failed);

        assertThat(replies).hasSize(9).startsWith(Optional.of(new Failed(Cause.REFUSED, 1, "no such model")));
        assertThat(replies.subList(1, 9)).allMatch(Optional::isEmpty);
    }

    @Test
    void aReplaySaysWhatWasSaidAndNothingElse() {
        Judgment recorded = Judgment.of(request(81), "gpt-4", "[[9]]", 0);
        Judgment later = Judgment.of(request(81), "gpt-4", "[[2]]", 1);
        Judgment other = Judgment.of(request(82), "someone", "[[5]]", 0);
        ReplayJudge judge = new ReplayJudge("gpt-4", List.of(recorded, later, other));
        assertThat(judge.ask(request(81))).isEqualTo(new Said("[[9]]"));
        assertThat(judge.ask(new JudgeRequest(
                        81,
                        1,
                        "somebody else",
                        Optional.empty(),
                        "single-v1",
                        "[[rating]]",
                        "Be fair.",
                        request(81).user())))
                .as("the same text of another model")
                .isEqualTo(new Said("[[9]]"));
        assertFailed(judge.ask(request(82)), Cause.NOT_RECORDED, 0);
        JudgeRequest changed =
                new JudgeRequest(81, 1, "m", Optional.empty(), "single-v1", "[[rating]]", "Be fair.", "another answer");
        assertFailed(judge.ask(changed), Cause.NOT_RECORDED, 0);
        assertThat(((JudgeReply.Failed) judge.ask(changed)).message()).contains("one of another answer");
        assertThat(((JudgeReply.Failed) judge.ask(request(82))).message()).contains("has none of the question");
    }

    @Test
    void settingsThatCannotBeAreRefusedAndTheKeyIsNotShown() {
        assertThat(settingsOf("http://host/v1").toString())
                .doesNotContain("secret-key")
                .contains("with a key");
        assertThatThrownBy(() -> settingsOf("file:/x")).hasMessageContaining("http or https");
        assertThatThrownBy(() -> new JudgePanel(new ReplayJudge("x", List.of()), 0))
                .hasMessageContaining("at least one");
    }

    private static ServerSettings settingsOf(String endpoint) {
        return new ServerSettings(
                URI.create(endpoint),
                Optional.of("secret-key"),
                "m",
                1,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ofSeconds(1),
                10);
    }
}
