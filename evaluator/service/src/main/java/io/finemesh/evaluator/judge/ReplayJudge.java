package io.finemesh.evaluator.judge;

import static java.util.Objects.requireNonNull;

import io.finemesh.score.mtbench.JudgeRequest;
import io.finemesh.score.mtbench.Judgment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Says again what a judgment file holds. A judgment is found by question, prompt and all of the text that was rated, whoever wrote it: the same text gets the same
 * judgment, of several the first, and another text none.
 */
public final class ReplayJudge implements Judge {
    private final String name;
    private final Map<About, String> replies = new HashMap<>();

    private record About(long question, String prompt, String user) {}

    /** @param name whose judgments are repeated; those of other judges are passed over */
    public ReplayJudge(String name, List<Judgment> recorded) {
        this.name = requireNonNull(name, "name is null");
        for (Judgment judgment : recorded) {
            if (judgment.judge().equals(name)) {
                replies.putIfAbsent(
                        new About(judgment.question(), judgment.prompt(), judgment.user()), judgment.reply());
            }
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public JudgeReply ask(JudgeRequest request) {
        String reply = replies.get(new About(request.question(), request.prompt(), request.user()));
        if (reply != null) {
            return new JudgeReply.Said(reply);
        }
        boolean another = replies.keySet().stream()
                .anyMatch(about ->
                        about.question() == request.question() && about.prompt().equals(request.prompt()));
        return new JudgeReply.Failed(
                JudgeReply.Cause.NOT_RECORDED,
                0,
                name + " made no judgment of this answer to question " + request.question() + " under "
                        + request.prompt()
                        + (another
                                ? "; it made one of another answer, or of the answer in other words"
                                : "; the file has none of the question"));
    }
}
