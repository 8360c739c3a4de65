package io.finemesh.local.home;

import io.finemesh.local.process.LogFile;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/**
 * Where the mesh keeps what: records, objects, the services' own files, logs, credentials.
 *
 * @param directory the folder itself, absolute
 */
public record MeshHome(Path directory) {
    public MeshHome {
        directory = directory.toAbsolutePath().normalize();
    }

    /** Records and metadata of the broker. */
    public Path kafka() {
        return directory.resolve("kafka");
    }

    /** Objects: one folder a bucket. */
    public Path storage() {
        return directory.resolve("s3");
    }

    /** Caches and state of one service. */
    public Path data(String service) {
        return directory.resolve("data").resolve(service);
    }

    public Path logs() {
        return directory.resolve("logs");
    }

    public LogFile log(String component) {
        return new LogFile(logs().resolve(component + ".log"));
    }

    /** Access key and secret of the object store, readable by its owner only. */
    public Path credentials() {
        return directory.resolve("s3-credentials");
    }

    /** What the running mesh says about itself. */
    public Path report() {
        return directory.resolve("mesh.json");
    }

    /** Process id of the running mesh. */
    public Path pidFile() {
        return directory.resolve("mesh.pid");
    }

    /** Address of the running mesh's gateway, for scripts. */
    public Path gatewayAddress() {
        return directory.resolve("gateway-url");
    }

    Path lock() {
        return directory.resolve("mesh.lock");
    }

    /**
     * Deletes records, objects, the services' files, logs and credentials, and nothing else: the folder may be one that a person chose.
     * Only under the lock.
     */
    public void clear() throws IOException {
        for (Path path : List.of(
                kafka(), storage(), directory.resolve("data"), logs(), credentials(), report(), gatewayAddress())) {
            if (Files.exists(path)) {
                delete(path);
            }
        }
    }

    private static void delete(Path tree) throws IOException {
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
