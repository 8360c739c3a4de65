package io.finemesh.cli.hub;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.cli.hub.HubException.Reason;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A hub of data sets, as Hugging Face's is: a data set is a Git repository with files, of which one is a split, or several are its parts. A file is kept by the commit it is of, so that it is fetched once. */
public final class Hub implements AutoCloseable {
    private static final long LONGEST_LIST = 32 << 20;
    private static final int ATTEMPTS_AT_CHECKSUM = 2;
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    private final HubSettings settings;
    private final HttpClient http;
    private final HubRequest requests;

    /**
     * A split that is here.
     *
     * @param paths where its file is, or its parts in their order
     * @param source the commit and path it is of: {@code hub:OWNER/NAME@COMMIT:PATH}, with a star for the numbers of parts
     * @param commit the commit
     */
    public record Fetched(List<Path> paths, String source, String commit) {
        public Fetched {
            paths = List.copyOf(paths);
        }
    }

    /** A hub as settings say. */
    public Hub(HubSettings settings) {
        this(settings, Thread::sleep, BodyFile.Room::onDisk);
    }

    Hub(HubSettings settings, HubRequest.Pause pause, BodyFile.Room room) {
        this.settings = requireNonNull(settings, "settings is null");
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.timeout())
                .build();
        this.requests = new HubRequest(settings, http, pause, room);
    }

    /** Has the files of a split lie here, whole and verified. */
    public Fetched fetch(HubDataset dataset) throws IOException, InterruptedException {
        JsonNode listing = listing(dataset);
        String commit = listing.path("sha").asText();
        if (!COMMIT.matcher(commit).matches()) {
            throw new HubException(
                    Reason.SERVER_FAILED, settings.endpoint() + " names no commit of " + dataset + "; is it a hub?");
        }
        List<String> files = new ArrayList<>();
        listing.path("siblings")
                .forEach(file -> files.add(file.path("rfilename").asText()));
        SplitFiles split = SplitFiles.choose(dataset, files);
        Path folder = settings.cache()
                .resolve(dataset.owner())
                .resolve(dataset.name())
                .resolve(commit);
        List<Path> paths = new ArrayList<>();
        long bytes = 0;
        for (String file : split.files()) {
            Path target = folder.resolve(file).normalize();
            if (!target.startsWith(folder)) {
                throw new HubException(Reason.SERVER_FAILED, "\"" + file + "\" is no path inside a data set");
            }
            if (!Files.exists(target)) {
                download(dataset, commit, file, target, settings.mostBytes() - bytes);
            }
            bytes += Files.size(target);
            paths.add(target);
        }
        return new Fetched(
                paths,
                HubDataset.SCHEME + dataset.owner() + "/" + dataset.name() + "@" + commit + ":" + split.shown(),
                commit);
    }

    private JsonNode listing(HubDataset dataset) throws IOException, InterruptedException {
        URI address = URI.create(settings.endpoint() + "/api/datasets/" + dataset.owner() + "/" + dataset.name()
                + "/revision/" + dataset.revision().orElse("main"));
        Path file = Files.createTempFile(Files.createDirectories(settings.cache()), "list", ".json");
        try {
            requests.fetch("the list of files of " + dataset, address, file, LONGEST_LIST);
            return new ObjectMapper().readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException noJson) {
            throw new HubException(
                    Reason.SERVER_FAILED,
                    settings.endpoint() + " answered something that is not JSON; is HF_ENDPOINT a hub?",
                    noJson);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private void download(HubDataset dataset, String commit, String file, Path target, long mostBytes)
            throws IOException, InterruptedException {
        String path = Stream.of(file.split("/"))
                .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("/"));
        URI address = URI.create(settings.endpoint() + "/datasets/" + dataset.owner() + "/" + dataset.name()
                + "/resolve/" + commit + "/" + path);
        Files.createDirectories(requireNonNull(target.getParent(), "a file in a folder"));
        Path part = target.resolveSibling(target.getFileName() + ".part");
        for (int attempt = 1; ; attempt++) {
            String tag = requests.fetch(file + " of " + dataset, address, part, mostBytes);
            if (HubChecksum.fits(tag, part)) {
                // Another command may have fetched the same file meanwhile.
                Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
                return;
            }
            Files.delete(part);
            if (attempt == ATTEMPTS_AT_CHECKSUM) {
                throw new HubException(
                        Reason.CORRUPT,
                        file + " of " + dataset + " came with other bytes than " + settings.endpoint() + " names ("
                                + tag + "), twice");
            }
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
