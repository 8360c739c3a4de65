package io.finemesh.score.mtbench;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether judgments are about the answers that are said to be judged: what a judge was asked must contain the answer.
 *
 * @param checked judgments of models whose answers are known
 * @param other judgments that are about another text, as {@code model question turn}
 * @param unjudged answers that no judgment is about, as {@code model question turn}
 * @param unknown models that are judged and whose answers are not known
 */
public record AnswerCheck(int checked, List<String> other, List<String> unjudged, List<String> unknown) {
    public AnswerCheck {
        other = List.copyOf(other);
        unjudged = List.copyOf(unjudged);
        unknown = List.copyOf(unknown);
    }

    /** Checks judgments against answers by model and question. Judgments that do not say what was asked are passed over. */
    public static AnswerCheck of(List<Judgment> judgments, Map<String, Map<Long, ModelAnswer>> answers) {
        List<String> other = new ArrayList<>();
        Set<String> judged = new HashSet<>();
        int checked = 0;
        for (Judgment judgment : judgments) {
            String name = judgment.model() + " " + judgment.question() + " turn " + judgment.turn();
            judged.add(name);
            ModelAnswer answer =
                    answers.getOrDefault(judgment.model(), Map.of()).get(judgment.question());
            if (answer == null || judgment.user().isEmpty()) {
                continue;
            }
            checked++;
            if (!answer.turn(judgment.turn() - 1).map(judgment.user()::contains).orElse(false)) {
                other.add(name);
            }
        }
        List<String> unknown = judgments.stream()
                .map(Judgment::model)
                .filter(model -> !answers.containsKey(model))
                .distinct()
                .sorted()
                .toList();
        List<String> unjudged = new ArrayList<>();
        answers.forEach((model, byQuestion) -> byQuestion.forEach((question, answer) -> {
            for (int turn = 1; turn <= Math.min(2, answer.choices().getFirst().size()); turn++) {
                String name = model + " " + question + " turn " + turn;
                if (!judged.contains(name)) {
                    unjudged.add(name);
                }
            }
        }));
        return new AnswerCheck(checked, other.stream().distinct().toList(), unjudged, unknown);
    }
}
