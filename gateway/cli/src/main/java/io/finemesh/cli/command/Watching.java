package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.cli.client.Gateway;
import io.finemesh.cli.client.GatewayProblem;
import io.finemesh.cli.display.RunProgress;
import java.io.PrintWriter;

/** Shows a run's events as they come: a bar that renews itself on a terminal, lines elsewhere, JSON lines when asked for. */
final class Watching {
    private static final int LINE_EVERY_STEPS = 50;
    private final Session session;
    private final Gateway gateway;

    Watching(Session session, Gateway gateway) {
        this.session = session;
        this.gateway = gateway;
    }

    /** Follows until the run ends; {@link Session#OK} if and only if it completed. */
    int follow(String run) throws GatewayProblem {
        RunProgress progress = new RunProgress();
        if (session.json()) {
            gateway.events(run, event -> {
                session.printLine(event);
                progress.take(event);
                return !progress.ended();
            });
        } else {
            boolean terminal = System.console() != null && System.console().isTerminal();
            gateway.events(run, event -> show(progress, event, terminal));
            session.out().println((terminal ? "\n" : "") + run + " " + progress.phase());
        }
        return progress.phase().equals("completed") ? Session.OK : Session.NO;
    }

    private boolean show(RunProgress progress, JsonNode event, boolean terminal) {
        PrintWriter out = session.out();
        progress.take(event).ifPresent(line -> out.println((terminal ? "\r\u001b[K" : "") + line));
        boolean step = event.path("type").asText().equals("training.step-completed");
        if (terminal) {
            out.print("\r\u001b[K" + progress.line());
        } else if (step && (event.path("step").asLong() + 1) % LINE_EVERY_STEPS == 0) {
            out.println(progress.line());
        }
        out.flush();
        return !progress.ended();
    }
}
