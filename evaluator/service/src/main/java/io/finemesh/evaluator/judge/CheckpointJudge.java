package io.finemesh.evaluator.judge;

import static java.util.Objects.requireNonNull;

import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.text.Conversation;
import io.finemesh.engine.text.Generation;
import io.finemesh.engine.text.GenerationLimits;
import io.finemesh.engine.text.Generator;
import io.finemesh.engine.text.PromptEncoder;
import io.finemesh.engine.text.PromptException;
import io.finemesh.engine.text.Role;
import io.finemesh.engine.text.Tokenizer;
import io.finemesh.engine.text.Turn;
import io.finemesh.evaluator.judge.JudgeReply.Cause;
import io.finemesh.evaluator.judge.JudgeReply.Failed;
import io.finemesh.evaluator.judge.JudgeReply.Said;
import io.finemesh.score.mtbench.JudgeRequest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A judge that is a model in memory: it takes the likeliest token, as temperature 0 asks. What it is asked must be seen whole, so a request that does not fit into its positions fails instead of losing its beginning; a reply gets the room that is
 * left, at most {@link JudgeRequest#LONGEST_REPLY} tokens. One request is answered at a time.
 */
public final class CheckpointJudge implements Judge {
    private final String name;
    private final Decoder decoder;
    private final Tokenizer tokenizer;
    private final PromptEncoder prompts;
    private final Set<Integer> ends;

    /**
     * @param name of the model, which judgments are filed under
     * @param decoder weights; stay the caller's, like the tokenizer
     * @param prompts how a conversation becomes tokens
     */
    public CheckpointJudge(String name, Decoder decoder, Tokenizer tokenizer, PromptEncoder prompts) {
        this.name = requireNonNull(name, "name is null");
        this.decoder = requireNonNull(decoder, "decoder is null");
        this.tokenizer = requireNonNull(tokenizer, "tokenizer is null");
        this.prompts = requireNonNull(prompts, "prompts is null");
        this.ends = new LinkedHashSet<>(tokenizer.endOfTextTokens());
        ends.addAll(prompts.stopTokens());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public synchronized JudgeReply ask(JudgeRequest request) {
        List<Turn> turns = new ArrayList<>();
        if (!request.system().isEmpty()) {
            turns.add(new Turn(Role.SYSTEM, request.system()));
        }
        turns.add(new Turn(Role.USER, request.user()));
        try {
            int[] asked = prompts.prompt(new Conversation(turns));
            int positions = decoder.configuration().maxPositions();
            int room = Math.min(JudgeRequest.LONGEST_REPLY, positions - asked.length);
            if (room < 1) {
                return new Failed(
                        Cause.UNFIT,
                        1,
                        "question " + request.question() + " under " + request.prompt() + " has " + asked.length
                                + " tokens, and " + name + " sees " + positions + "; take a judge with more positions");
            }
            Generation reply = new Generator(decoder, tokenizer)
                    .generate(List.of(asked), new GenerationLimits(room, ends, 1))
                    .getFirst();
            return new Said(reply.text().orElseGet(() -> tokenizer.decode(reply.tokens())));
        } catch (PromptException refused) {
            return new Failed(Cause.REFUSED, 1, name + " cannot be asked: " + refused.getMessage());
        } catch (ArithmeticException damaged) {
            return new Failed(Cause.UNREADABLE, 1, name + ": " + damaged.getMessage());
        }
    }
}
