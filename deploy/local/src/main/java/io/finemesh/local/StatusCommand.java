package io.finemesh.local;

import io.finemesh.local.home.Leftovers;
import io.finemesh.local.home.MeshReport;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows where each component of the mesh stands. */
@Command(
        name = "status",
        description = "Shows the mesh's components.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:every component is ready", "1:some are not", "3:no mesh is running"},
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
    @Option(names = "--json", description = "As JSON, with addresses and process ids.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        MeshLayout layout = Main.layout();
        PrintWriter out = spec.commandLine().getOut();
        Optional<MeshReport> running = MeshReport.ofRunning(layout.home());
        if (running.isEmpty()) {
            if (json) {
                out.println("{\"running\":false}");
            } else {
                out.println("No mesh is running in " + layout.home().directory());
                Leftovers.of(layout.home())
                        .forEach(leftover ->
                                out.println("  " + leftover.name() + " outlived a mesh that was killed (process "
                                        + leftover.process().pid() + "); ./finemesh down stops it"));
            }
            return Main.NOT_RUNNING;
        }
        MeshReport report = running.get();
        if (json) {
            out.println(report.toJson());
        } else {
            out.printf(
                    "The mesh is %s (process %d, %s).%n",
                    report.words(), report.process().pid(), layout.home().directory());
            report.components().forEach(component -> out.println(UpCommand.line(component)));
        }
        return report.allReady() ? 0 : Main.FAILED;
    }
}
