package io.finemesh.local;

import java.nio.file.Path;
import java.util.List;

/** A process that starts a mesh and ends without closing it. */
final class ForgetfulOwner {
    private ForgetfulOwner() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Mesh mesh = Mesh.start(FakeServices.layout(folder)
                .withServices(List.of(FakeServices.definition("gateway", folder.resolve("journal")))));
        mesh.awaitReady();
        System.out.println(mesh.pid("gateway").orElseThrow());
        System.exit(0);
    }
}
