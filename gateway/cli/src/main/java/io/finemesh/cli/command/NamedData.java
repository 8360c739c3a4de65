package io.finemesh.cli.command;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.cli.client.Gateway;
import io.finemesh.cli.client.GatewayProblem;
import io.finemesh.cli.display.Quantity;
import io.finemesh.cli.hub.HubDataset;
import io.finemesh.cli.hub.HubException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a person names as data: a data set of the mesh, a hub's id, or a file here. The latter two are uploaded, once each, and stand for the version that has their rows.
 *
 * <p>What is uploaded so is called after its file and its content, {@code problems-1f3870be}: whatever a person called a data set of theirs never gets another version by it, and the same content is uploaded
 * as the same version.
 */
final class NamedData {
    private static final List<String> ENDINGS = List.of(".jsonl", ".json", ".csv", ".parquet");
    private static final int LONGEST_NAME = 64;
    private static final int MARK = 8;

    private final Gateway gateway;
    private final PrintWriter told;
    private final Map<String, String> environment;
    private final Map<Asked, String> versions = new HashMap<>();

    /** A name, and whether its rows are kept as they are. */
    private record Asked(String text, boolean documents) {}

    /**
     * Uploads to a gateway.
     *
     * @param told is told what is fetched and uploaded
     * @param environment names the hub and its token
     */
    NamedData(Gateway gateway, PrintWriter told, Map<String, String> environment) {
        this.gateway = gateway;
        this.told = told;
        this.environment = environment;
    }

    /** Whether text is no data set's name: an id on a hub, whatever has a slash in it, which no name has, and a file that is called as data is and lies here. */
    static boolean isElsewhere(String text) {
        return HubDataset.isMeant(text)
                || text.indexOf('/') >= 0
                || ENDINGS.stream().anyMatch(text::endsWith) && isFile(text);
    }

    private static boolean isFile(String text) {
        return text.indexOf('\0') < 0 && Files.isRegularFile(Path.of(text));
    }

    /** Before anything is fetched or uploaded: every name that cannot stand for anything is told at once. */
    static void require(List<String> texts) throws IOException {
        List<String> problems = new ArrayList<>();
        for (String text :
                texts.stream().filter(NamedData::isElsewhere).distinct().toList()) {
            try {
                if (HubDataset.isMeant(text)) {
                    HubDataset.parse(text);
                } else if (!isFile(text)) {
                    problems.add(text + " is no file here; paths begin where the command is called");
                }
            } catch (HubException malformed) {
                problems.add(malformed.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new IOException(String.join(System.lineSeparator(), problems));
        }
    }

    /**
     * The data set or version that a name stands for.
     *
     * @param documents whether rows are kept as they are
     */
    String version(String text, boolean documents) throws GatewayProblem, IOException {
        if (!isElsewhere(text)) {
            return text;
        }
        Asked asked = new Asked(text, documents);
        String known = versions.get(asked);
        if (known == null) {
            known = upload(asked);
            versions.put(asked, known);
        }
        return known;
    }

    private String upload(Asked asked) throws GatewayProblem, IOException {
        if (HubDataset.isMeant(asked.text())) {
            tell("fetching " + asked.text());
        }
        DataFile rows = DataFile.of(asked.text(), environment);
        JsonNode dataset = rows.upload(
                gateway,
                name(asked.text(), rows),
                asked.documents() ? Optional.of("documents") : Optional.empty(),
                Optional.empty());
        String version = dataset.path("version").asText();
        tell(asked.text() + " ("
                + (rows.paths().size() == 1 ? "" : rows.paths().size() + " files, ") + Quantity.bytes(rows.bytes())
                + ") is uploaded as " + version + ": " + dataset.path("samples").asText() + " samples, dropped "
                + dataset.path("dropped"));
        return version;
    }

    private void tell(String line) {
        told.println(line);
        told.flush();
    }

    /** Called after the file and its content, a hub's after the split and its commit. */
    private static String name(String text, DataFile rows) throws IOException {
        String called;
        String mark;
        if (rows.commit().isPresent()) {
            HubDataset dataset = HubDataset.parse(text);
            called = dataset.name()
                    + dataset.split()
                            .map(split -> "-" + split.replace('/', '-'))
                            .orElse("");
            mark = rows.commit().get();
        } else {
            Path file = rows.paths().getFirst();
            called = String.valueOf(requireNonNull(file.getFileName(), "a file has a name"))
                    .replaceFirst("\\.[A-Za-z]+$", "")
                    .replaceAll("[^A-Za-z0-9._-]", "-")
                    .replaceFirst("^[._-]+", "");
            mark = digest(file);
        }
        int most = LONGEST_NAME - MARK - 1;
        return (called.isEmpty() ? "data" : called.length() > most ? called.substring(0, most) : called) + "-"
                + mark.substring(0, MARK);
    }

    private static String digest(Path file) throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] chunk = new byte[1 << 16];
            for (int read = bytes.read(chunk); read >= 0; read = bytes.read(chunk)) {
                digest.update(chunk, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
