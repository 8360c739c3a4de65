package io.finemesh.demo.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a gate decided about a run's checkpoint.
 *
 * @param verdict promoted, rejected or another word
 * @param run the run
 * @param challenger the checkpoint
 * @param champion checkpoint that held the alias
 * @param evidence how each rule came out, in sentences
 * @param evaluations what it stands on
 * @param sentence the decision in words
 */
public record Decision(
        String verdict,
        String run,
        String challenger,
        Optional<String> champion,
        List<String> evidence,
        List<String> evaluations,
        String sentence) {
    public Decision {
        evidence = List.copyOf(evidence);
        evaluations = List.copyOf(evaluations);
    }

    static Decision of(JsonNode decision) {
        return new Decision(
                decision.path("verdict").asText(),
                decision.path("run").asText(),
                decision.path("challenger").asText(),
                Firing.text(decision.path("champion")),
                texts(decision.path("evidence")),
                texts(decision.path("evaluations")),
                decision.path("sentence").asText());
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(one -> texts.add(one.asText()));
        return texts;
    }
}
