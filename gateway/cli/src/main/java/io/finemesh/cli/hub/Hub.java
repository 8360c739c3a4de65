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
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A hub of data sets, as Hugging Face's is: a data set is a Git repository with files, of which one is a split. A file is kept by the commit it is of, so that it is fetched once. */
public final class Hub implements AutoCloseable {
    private static final long LONGEST_LIST = 32 << 20;
    private static final int ATTEMPTS_AT_CHECKSUM = 2;
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final Pattern SAFE = Pattern.compile("[^\\p{Cntrl}\\\\]{1,400}");
    private static final List<String> ENDINGS = List.of(".parquet", ".jsonl", ".json", ".csv");

    private final HubSettings settings;
    private final HttpClient http;
    private final HubRequest requests;

    /**
     * A file that is here.
     *
     * @param path where
     * @param source the commit and path it is of: {@code hub:OWNER/NAME@COMMIT:PATH}
     */
    public record Fetched(Path path, String source) {}

    /** A hub as settings say. */
    public Hub(HubSettings settings) {
        this(settings, Thread::sleep);
    }

    Hub(HubSettings settings, HubRequest.Pause pause) {
        this.settings = requireNonNull(settings, "settings is null");
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.timeout())
                .build();
        this.requests = new HubRequest(settings, http, pause);
    }

    /** Has the file of a split lie here, whole and verified. */
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
        String file = choose(dataset, files);
        Path folder = settings.cache()
                .resolve(dataset.owner())
                .resolve(dataset.name())
                .resolve(commit);
        Path target = folder.resolve(file).normalize();
        if (!target.startsWith(folder)) {
            throw new HubException(Reason.SERVER_FAILED, "\"" + file + "\" is no path inside a data set");
        }
        if (!Files.exists(target)) {
            download(dataset, commit, file, target);
        }
        return new Fetched(
                target, HubDataset.SCHEME + dataset.owner() + "/" + dataset.name() + "@" + commit + ":" + file);
    }

    private JsonNode listing(HubDataset dataset) throws IOException, InterruptedException {
        URI address = URI.create(settings.endpoint() + "/api/datasets/" + dataset.owner() + "/" + dataset.name()
                + "/revision/" + dataset.revision().orElse("main"));
        Path file = Files.createTempFile("finemesh-hub", ".json");
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

    private void download(HubDataset dataset, String commit, String file, Path target)
            throws IOException, InterruptedException {
        String path = Stream.of(file.split("/"))
                .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("/"));
        URI address = URI.create(settings.endpoint() + "/datasets/" + dataset.owner() + "/" + dataset.name()
                + "/resolve/" + commit + "/" + path);
        Files.createDirectories(requireNonNull(target.getParent(), "a file in a folder"));
        Path part = target.resolveSibling(target.getFileName() + ".part");
        for (int attempt = 1; ; attempt++) {
            String tag = requests.fetch(file + " of " + dataset, address, part, settings.mostBytes());
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

    /** The one file of a split: named by its path without ending, with or without {@code data/} and the number of its only part; or by the end of that. */
    static String choose(HubDataset dataset, List<String> files) throws HubException {
        List<String> readable = files.stream()
                .filter(file -> SAFE.matcher(file).matches()
                        && ENDINGS.stream().anyMatch(file::endsWith)
                        && !file.startsWith(".")
                        && !file.equals("dataset_infos.json"))
                .sorted()
                .toList();
        List<String> found =
                dataset.split().map(split -> matching(readable, split)).orElse(readable);
        for (String ending : ENDINGS) {
            List<String> ofForm =
                    found.stream().filter(file -> file.endsWith(ending)).toList();
            if (ofForm.size() == 1) {
                return ofForm.getFirst();
            }
            if (!ofForm.isEmpty()) {
                throw new HubException(
                        Reason.AMBIGUOUS,
                        dataset + " means " + ofForm.size() + " files; name one of them behind a colon: "
                                + some(ofForm));
            }
        }
        throw new HubException(
                Reason.NOT_FOUND,
                readable.isEmpty()
                        ? dataset + " has no file that can be read (" + String.join(", ", ENDINGS) + ")"
                        : dataset + " names no file; there are " + some(readable));
    }

    /** Whole paths first, then those below {@code data/}, then ends of paths. */
    private static List<String> matching(List<String> files, String split) {
        List<Predicate<String>> ways =
                List.of(split::equals, ("data/" + split)::equals, name -> name.endsWith("/" + split));
        return ways.stream()
                .map(way -> files.stream()
                        .filter(file ->
                                way.test(stem(file)) || way.test(stem(file).replaceFirst("-[0-9]{5}-of-[0-9]{5}$", "")))
                        .toList())
                .filter(found -> !found.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    private static String stem(String file) {
        return ENDINGS.stream()
                .filter(file::endsWith)
                .findFirst()
                .map(ending -> file.substring(0, file.length() - ending.length()))
                .orElse(file);
    }

    private static String some(List<String> files) {
        List<String> first = files.stream().map(Hub::stem).distinct().limit(12).toList();
        return String.join(", ", first) + (files.size() > first.size() ? ", ..." : "");
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
