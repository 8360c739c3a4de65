package io.finemesh.local.home;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.local.process.ProcessDescription;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeLockTest {
    @TempDir
    Path folder;

    @Test
    void isHeldByOneAndSaysByWhom() throws Exception {
        MeshHome home = new MeshHome(folder.resolve("new/home"));
        try (HomeLock held = HomeLock.acquire(home).orElseThrow()) {
            assertThat(held).isNotNull();
            assertThat(HomeLock.acquire(home)).isEmpty();
            assertThat(HomeLock.holder(home).map(ProcessDescription::pid))
                    .contains(ProcessHandle.current().pid());
        }

        assertThat(HomeLock.holder(home)).isEmpty();
        HomeLock.acquire(home).orElseThrow().close();
    }

    @Test
    void theIdOfADeadProcessHoldsNothing() throws Exception {
        MeshHome home = new MeshHome(folder);
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        Files.writeString(home.pidFile(), Long.toString(dead.pid()));

        assertThat(HomeLock.holder(home)).isEmpty();
        HomeLock.acquire(home).orElseThrow().close();
    }

    @Test
    void clearingLeavesFilesThatAreNotTheMeshs() throws Exception {
        MeshHome home = new MeshHome(folder);
        Path mine = Files.writeString(folder.resolve("thesis.txt"), "mine");
        Path object = home.storage().resolve("finemesh/blobs/sha256/ab");
        Files.createDirectories(object.getParent());
        Files.writeString(object, "blob");
        Files.createDirectories(home.data("gateway"));
        Files.writeString(home.credentials(), "keys");

        home.clear();

        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(mine);
        }
    }
}
