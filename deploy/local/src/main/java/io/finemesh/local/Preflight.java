package io.finemesh.local;

import io.finemesh.local.home.HomeLock;
import io.finemesh.local.ports.PortPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/** What must hold before a mesh starts. Each refusal says what was found and what to do. */
final class Preflight {
    private final MeshLayout layout;

    Preflight(MeshLayout layout) {
        this.layout = layout;
    }

    void checkBuild() {
        List<String> missing = layout.services().stream()
                .flatMap(service -> service.program().stream())
                .filter(program -> !Files.exists(program))
                .map(program -> layout.root().relativize(program).toString())
                .toList();
        if (!missing.isEmpty()) {
            throw new MeshException("Not built yet: " + String.join(", ", missing)
                    + ". Start the mesh with ./finemesh up, which builds, or run" + " `mvn -DskipTests package` first");
        }
    }

    HomeLock lockHome() throws IOException {
        return HomeLock.acquire(layout.home())
                .orElseThrow(() -> new MeshException((layout.fresh() ? "--fresh refused: a" : "A")
                        + " mesh already uses "
                        + layout.home().directory() + ": "
                        + HomeLock.holder(layout.home()).map(Object::toString).orElse("a process that cannot be named")
                        + ".\nSee it with ./finemesh status, stop it with ./finemesh down, or start a second one with "
                        + MeshLayout.HOME_VARIABLE + "=<another folder> " + MeshLayout.PORT_VARIABLE
                        + "=<another first port>"));
    }

    void checkPorts() {
        List<String> conflicts = PortPlan.conflicts(layout.portUses());
        if (!conflicts.isEmpty()) {
            throw new MeshException("Ports are taken:\n  " + String.join("\n  ", conflicts)
                    + "\nStop what holds them, or choose others:"
                    + " " + MeshLayout.PORT_VARIABLE + "=<first port> ./finemesh up (now "
                    + layout.ports().base() + ")");
        }
    }
}
