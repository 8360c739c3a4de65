package io.finemesh.store.model;

import io.finemesh.store.archive.TarEntry;
import io.finemesh.store.archive.TarException;
import io.finemesh.store.archive.TarReader;
import io.finemesh.store.refusal.Names;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.refusal.RefusalException.Kind;
import io.finemesh.store.storage.StorageFullException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Unpacks the files of a model from an uploaded archive. Only plain names at the top or in one folder are written, so nothing can leave
 * the directory; links, devices and names that try to are refused, and files that are no part of a model are passed over.
 */
final class ModelArchive {
    private static final int MOST_MEMBERS = 100_000;
    private static final int CHUNK_BYTES = 256 * 1024;
    private static final Pattern MODEL_FILE = Pattern.compile(
            "[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}\\.(safetensors|json|jinja|txt|model)|(LICENSE|NOTICE)(\\.[A-Za-z]{1,8})?");

    private final ImportLimits limits;
    private final Path target;
    private final Set<Path> written = new HashSet<>();
    private long bytes;
    private int members;

    private ModelArchive(ImportLimits limits, Path target) {
        this.limits = limits;
        this.target = target;
    }

    /**
     * Unpacks an archive.
     *
     * @param target existing, empty directory
     * @return the directory that holds config.json: {@code target} or the one folder in it that does
     * @throws RefusalException if the archive is malformed, hostile, too large or holds no model
     */
    static Path unpack(InputStream archive, ImportLimits limits, Path target) {
        ModelArchive unpacking = new ModelArchive(limits, target);
        try {
            TarReader reader = new TarReader(archive);
            for (var entry = reader.next(); entry.isPresent(); entry = reader.next()) {
                unpacking.member(entry.get(), reader.content());
            }
        } catch (TarException malformed) {
            throw new RefusalException(
                    Kind.MALFORMED, "the upload is not a usable tar archive: " + malformed.getMessage());
        } catch (IOException lost) {
            throw new RefusalException(
                    Kind.MALFORMED, "the upload was cut off after " + unpacking.bytes + " bytes: " + lost.getMessage());
        }
        return unpacking.modelDirectory();
    }

    private void member(TarEntry entry, InputStream content) throws IOException {
        String shown = "member '" + Names.shown(entry.name()) + "'";
        if (++members > MOST_MEMBERS) {
            throw new RefusalException(Kind.TOO_LARGE, "the archive has more than " + MOST_MEMBERS + " members");
        }
        switch (entry.kind()) {
            case FILE -> file(entry, content, shown);
            case DIRECTORY -> segments(entry.name(), shown);
            case LINK ->
                throw new RefusalException(
                        Kind.MALFORMED, shown + " is a link; pack the files themselves (tar --dereference)");
            case SPECIAL ->
                throw new RefusalException(
                        Kind.MALFORMED, shown + " is neither a file nor a directory; pack only those");
        }
    }

    private void file(TarEntry entry, InputStream content, String shown) throws IOException {
        List<String> segments = segments(entry.name(), shown);
        bytes = Math.addExact(bytes, Math.min(entry.sizeBytes(), Long.MAX_VALUE - bytes));
        if (bytes > limits.largestArchiveBytes()) {
            throw new RefusalException(
                    Kind.TOO_LARGE,
                    "with " + shown + " the archive has " + bytes + " bytes; allowed: " + limits.largestArchiveBytes());
        }
        String name = segments.getLast();
        if (segments.size() > 2 || !MODEL_FILE.matcher(name).matches()) {
            return; // no part of a model; the reader skips it
        }
        if (!name.endsWith(".safetensors") && entry.sizeBytes() > limits.largestFileBytes()) {
            throw new RefusalException(
                    Kind.TOO_LARGE,
                    shown + " has " + entry.sizeBytes() + " bytes; allowed for a file that is not weights: "
                            + limits.largestFileBytes());
        }
        Path path = target;
        for (String segment : segments) {
            path = path.resolve(segment);
        }
        if (!written.add(Path.of(path.toString().toLowerCase(Locale.ROOT)))) {
            throw new RefusalException(Kind.MALFORMED, shown + " is in the archive twice (letter case aside)");
        }
        copy(content, path);
    }

    /** The parts of a name that stays inside; refuses any other. */
    private static List<String> segments(String name, String shown) {
        boolean hostile = name.startsWith("/")
                || name.indexOf('\\') >= 0
                || name.chars().anyMatch(c -> c < ' ' || c == 0x7F)
                || name.matches("[A-Za-z]:.*");
        List<String> segments = Stream.of(name.split("/"))
                .filter(segment -> !segment.isEmpty() && !segment.equals("."))
                .toList();
        if (hostile || segments.contains("..")) {
            throw new RefusalException(
                    Kind.MALFORMED, shown + " would leave the directory it is unpacked in; allowed are relative names");
        }
        // The archive's own root, "./", is a directory and has no part.
        return segments.isEmpty() ? List.of("") : segments;
    }

    private static void copy(InputStream content, Path path) throws IOException {
        byte[] chunk = new byte[CHUNK_BYTES];
        try (OutputStream out = open(path)) {
            for (int read = content.read(chunk); read >= 0; read = content.read(chunk)) {
                try {
                    out.write(chunk, 0, read);
                } catch (IOException full) {
                    throw StorageFullException.ofLocalDisk(path.getParent(), full);
                }
            }
        }
    }

    private static OutputStream open(Path path) {
        try {
            Files.createDirectories(path.getParent());
            return Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException failure) {
            throw StorageFullException.ofLocalDisk(path.getParent(), failure);
        }
    }

    private Path modelDirectory() {
        if (Files.exists(target.resolve("config.json"))) {
            return target;
        }
        try (Stream<Path> entries = Files.list(target)) {
            List<Path> candidates = entries.filter(entry -> Files.exists(entry.resolve("config.json")))
                    .toList();
            if (candidates.size() == 1) {
                return candidates.getFirst();
            }
            throw new RefusalException(
                    Kind.NOT_USABLE,
                    candidates.isEmpty()
                            ? "the archive has no config.json at its top or in a folder at its top; pack a Hugging Face"
                                    + " directory (tar -C DIRECTORY -cf model.tar .)"
                            : "the archive has " + candidates.size() + " folders with a config.json; pack one model");
        } catch (IOException failure) {
            throw StorageFullException.ofLocalDisk(target, failure);
        }
    }
}
