package io.finemesh.cli.command;

import io.finemesh.cli.client.Gateway;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Follows a run from its beginning: what has happened is shown at once, then what happens. */
@Command(name = "watch", description = "Follow a run until it ends.", mixinStandardHelpOptions = true)
public final class WatchCommand implements Callable<Integer> {
    @Mixin
    private Session session;

    @Parameters(paramLabel = "RUN", description = "run id")
    private String run;

    @Override
    public Integer call() throws Exception {
        try (Gateway gateway = session.open()) {
            return new Watching(session, gateway).follow(run);
        }
    }
}
