package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.cli.client.Gateway;
import io.finemesh.cli.client.GatewayProblem;

/** Stays with an evaluation until it has ended, and tells how far it is. */
final class EvaluationWait {
    private static final long LOOK_AGAIN_MILLIS = 500;

    private final Gateway gateway;
    private final Session session;

    EvaluationWait(Gateway gateway, Session session) {
        this.gateway = gateway;
        this.session = session;
    }

    /** The evaluation when it is completed or failed. */
    JsonNode end(String id) throws GatewayProblem, InterruptedException {
        long shown = -1;
        while (true) {
            JsonNode evaluation = gateway.get("/v1/evaluations/" + Gateway.encode(id));
            String state = evaluation.path("state").asText();
            if (state.equals("completed") || state.equals("failed")) {
                return evaluation;
            }
            long answered = evaluation.path("answered").asLong();
            if (!session.json() && answered != shown && answered > 0) {
                session.out()
                        .println(
                                answered + " of " + evaluation.path("questions").asLong() + " answered");
                session.out().flush();
                shown = answered;
            }
            Thread.sleep(LOOK_AGAIN_MILLIS);
        }
    }
}
