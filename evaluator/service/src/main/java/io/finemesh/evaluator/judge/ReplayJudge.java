package io.finemesh.evaluator.judge;

import static java.util.Objects.requireNonNull;

import io.finemesh.score.mtbench.JudgeRequest;
import io.finemesh.score.mtbench.Judgment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Says again what a judgment file holds; of several judgments of one answer the first. */
public final class ReplayJudge implements Judge {
    private final String name;
    private final Map<List<Object>, Judgment> judgments = new HashMap<>();

    /** @param name whose judgments are repeated; those of other judges are passed over */
    public ReplayJudge(String name, List<Judgment> recorded) {
        this.name = requireNonNull(name, "name is null");
        for (Judgment judgment : recorded) {
            if (judgment.judge().equals(name)) {
                judgments.putIfAbsent(List.of(judgment.model(), judgment.question(), judgment.prompt()), judgment);
            }
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public JudgeReply ask(JudgeRequest request) {
        Judgment judgment = judgments.get(List.of(request.model(), request.question(), request.prompt()));
        String what = "question " + request.question() + " of " + request.model() + " under " + request.prompt();
        if (judgment == null) {
            return new JudgeReply.Failed(
                    JudgeReply.Cause.NOT_RECORDED, 0, "there is no judgment of " + what + " by " + name);
        }
        if (!judgment.user().isEmpty() && !judgment.user().equals(request.user())) {
            return new JudgeReply.Failed(
                    JudgeReply.Cause.NOT_RECORDED,
                    0,
                    "the judgment of " + what + " by " + name + " is about another text");
        }
        return new JudgeReply.Said(judgment.reply());
    }
}
