package io.finemesh.local;

import io.finemesh.local.home.MeshReport.Component;
import io.finemesh.local.home.MeshReport.State;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Starts the mesh and stays until it is stopped, or leaves it running in the background. */
@Command(
        name = "up",
        description = "Starts the mesh and shows its components until Ctrl-C, which drains it.",
        mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {
    @Option(
            names = "--fresh",
            description = "Start empty: delete records, checkpoints, data sets and logs of the last mesh.")
    private boolean fresh;

    @Option(names = "--detach", description = "Return when the mesh is ready; it runs on in the background.")
    private boolean detach;

    @Option(
            names = "--port-base",
            paramLabel = "PORT",
            description = "First of the ports, instead of " + MeshLayout.PORT_VARIABLE + " or 7400.")
    private Integer portBase;

    /** Given by {@link DetachedStart} to the process it leaves running. */
    @Option(names = "--background", hidden = true)
    private boolean background;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        MeshLayout layout = Main.layout();
        if (portBase != null) {
            layout = layout.withPortBase(portBase);
        }
        if (detach) {
            OptionalInt base = portBase == null ? OptionalInt.empty() : OptionalInt.of(portBase);
            return new DetachedStart(layout, fresh, base, Clock.systemUTC(), out()).run();
        }
        return stay(fresh ? layout.withFreshStart() : layout);
    }

    private int stay(MeshLayout layout) throws InterruptedException {
        Clock clock = Clock.systemUTC();
        Instant begin = clock.instant();
        Mesh mesh = new Mesh(layout, clock, new ConsoleListener(out()));
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("drain").unstarted(() -> drain(mesh, layout)));
        out().printf(
                        "Starting the mesh in %s, ports from %d.%n",
                        layout.home().directory(), layout.ports().base());
        try {
            mesh.open();
            mesh.awaitReady();
            if (!background) {
                printWhereToLook(out(), layout, begin, clock.instant());
                out().println("Ctrl-C stops it, and so does ./finemesh down from another terminal.");
            }
            Optional<String> failure = mesh.awaitEnd();
            failure.ifPresent(reason -> spec.commandLine().getErr().println(reason));
            return failure.isPresent() ? Main.FAILED : 0;
        } finally {
            mesh.close();
        }
    }

    private void drain(Mesh mesh, MeshLayout layout) {
        if (mesh.end()) {
            out().println("The mesh has stopped. What it kept is in "
                    + layout.home().directory());
        }
    }

    static void printWhereToLook(PrintWriter out, MeshLayout layout, Instant begin, Instant end) {
        out.printf("%nThe mesh is up %s.%n", ComponentBoard.after(begin, end));
        out.printf("  gateway   %s%n", layout.gateway());
        out.printf("  logs      %s   (./finemesh logs NAME -f)%n", layout.home().logs());
        out.printf("  objects   %s%n", layout.home().storage().resolve(MeshLayout.BUCKET));
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** One line a component when it gets somewhere; what it passes through is not worth a line. */
    private static final class ConsoleListener implements MeshListener {
        private final PrintWriter out;

        ConsoleListener(PrintWriter out) {
            this.out = out;
        }

        @Override
        public void changed(Component component) {
            if (component.state() != State.STARTING && component.state() != State.STOPPING) {
                out.println(line(component));
                out.flush();
            }
        }

        @Override
        public void note(String message) {
            out.println(message);
            out.flush();
        }
    }

    static String line(Component component) {
        String word = component.state().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return String.format("  %-18s%-12s%-26s%s", component.name(), word, component.address(), component.detail())
                .stripTrailing();
    }
}
