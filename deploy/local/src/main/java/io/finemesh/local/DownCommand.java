package io.finemesh.local;

import io.finemesh.local.home.Leftovers;
import io.finemesh.local.home.MeshReport;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Asks a running mesh to end and waits until it has. */
@Command(
        name = "down",
        description = "Drains and stops the mesh. What it keeps stays for the next start.",
        mixinStandardHelpOptions = true)
final class DownCommand implements Callable<Integer> {
    /** Above the sum of the services' limits. */
    private static final Duration LIMIT = Duration.ofMinutes(4);

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        MeshLayout layout = Main.layout();
        Optional<ProcessHandle> mesh = MeshReport.ofRunning(layout.home())
                .flatMap(report -> report.process().find());
        if (mesh.isPresent()) {
            return stop(mesh.get());
        }
        List<Leftovers.Leftover> leftovers = Leftovers.of(layout.home());
        for (Leftovers.Leftover leftover : leftovers) {
            leftover.stop();
            out().println("Stopped " + leftover.name() + ", which had outlived a mesh that was killed");
        }
        if (leftovers.isEmpty()) {
            out().println("No mesh is running in " + layout.home().directory());
        }
        return 0;
    }

    private int stop(ProcessHandle mesh) throws InterruptedException, ExecutionException {
        out().println("Stopping the mesh (process " + mesh.pid() + "); services finish what they are doing.");
        out().flush();
        mesh.destroy();
        try {
            mesh.onExit().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException tooSlow) {
            spec.commandLine()
                    .getErr()
                    .println("It still runs after " + LIMIT.toMinutes()
                            + " minutes. ./finemesh status shows what it waits" + " for; `kill -9 " + mesh.pid()
                            + "` ends it, and the next start clears up after it.");
            return Main.FAILED;
        }
        out().println("Stopped.");
        return 0;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
