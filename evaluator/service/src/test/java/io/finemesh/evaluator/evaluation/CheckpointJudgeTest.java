package io.finemesh.evaluator.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.cache.BlobCache;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.text.Conversation;
import io.finemesh.engine.text.GenerationLimits;
import io.finemesh.engine.text.Generator;
import io.finemesh.engine.text.Role;
import io.finemesh.engine.text.Turn;
import io.finemesh.evaluator.blob.CheckpointFetcher;
import io.finemesh.evaluator.fixture.MemoryStore;
import io.finemesh.evaluator.judge.CheckpointJudge;
import io.finemesh.evaluator.judge.JudgeReply;
import io.finemesh.score.mtbench.JudgePrompt;
import io.finemesh.score.mtbench.JudgeRequest;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A committed checkpoint as a judge. */
class CheckpointJudgeTest {
    @TempDir
    static Path cache;

    private static CheckpointId checkpoint;
    private static LoadedModel model;

    @BeforeAll
    static void load() throws Exception {
        Backend.start(1);
        MemoryStore store = new MemoryStore();
        checkpoint = store.addCheckpoint();
        model = LoadedModel.load(
                new CheckpointFetcher(
                        store, BlobCache.open(cache, 1 << 26), Duration.ZERO, Clock.systemUTC(), Thread::sleep),
                checkpoint,
                Precision.FP32,
                PromptTemplate.PLAIN);
    }

    @AfterAll
    static void unload() {
        model.close();
    }

    private static CheckpointJudge judge() {
        return new CheckpointJudge(checkpoint.value(), model.decoder(), model.tokenizer(), model.prompts());
    }

    private static JudgeRequest request(String user) {
        return new JudgeRequest(81, 1, "answering", Optional.empty(), "single-v1", JudgePrompt.RATING, "", user);
    }

    @Test
    void saysWhatTheModelFindsLikeliestWithinTheRoomThatIsLeft() throws Exception {
        String asked = "what is 3 plus 4 ?";
        int[] prompt = model.prompts().prompt(new Conversation(List.of(new Turn(Role.USER, asked))));
        int room = model.decoder().configuration().maxPositions() - prompt.length;
        String likeliest = new Generator(model.decoder(), model.tokenizer())
                .generate(
                        List.of(prompt),
                        new GenerationLimits(room, Set.copyOf(model.prompts().stopTokens()), 1))
                .getFirst()
                .text()
                .orElseThrow();

        JudgeReply reply = judge().ask(request(asked));

        assertThat(reply).isEqualTo(new JudgeReply.Said(likeliest));
        assertThat(judge().ask(request(asked))).as("the same again").isEqualTo(reply);
        assertThat(judge().name()).isEqualTo(checkpoint.value());
    }

    @Test
    void aRequestThatItDoesNotSeeWholeFails() {
        JudgeReply reply = judge().ask(request("what is ".repeat(40)));

        assertThat(reply).isInstanceOfSatisfying(JudgeReply.Failed.class, failed -> {
            assertThat(failed.cause()).isEqualTo(JudgeReply.Cause.UNFIT);
            assertThat(failed.message()).contains("80 tokens", "sees 64", "more positions");
        });
        assertThat(reply.text()).as("as judgment files hold it").isEqualTo("$ERROR$");
    }
}
