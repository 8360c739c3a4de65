package io.finemesh.contract.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.json.WireMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The checkpoint store as its callers see it. Every call blocks, is safe to repeat, and fails with {@link StoreException} only.
 * Uploads and downloads stream; nothing is held in memory whole. Thread-safe.
 */
public final class StoreClient implements AutoCloseable {
    private static final String JSON = "application/json";
    private static final int INSUFFICIENT_STORAGE = 507;

    /** Code of an error answer of the S3 protocol. */
    private static final Pattern STORAGE_CODE = Pattern.compile("<Code>\\s*([A-Za-z0-9.]{1,80})\\s*</Code>");

    private static final Pattern STORAGE_MESSAGE =
            Pattern.compile("<Message>\\s*([^<\\p{Cntrl}]{1,300}?)\\s*</Message>");

    /** What storage servers call having no room, whatever status they answer it with. */
    private static final Set<String> STORAGE_FULL = Set.of("InsufficientStorage", "XMinioStorageFull", "QuotaExceeded");

    private final URI base;
    private final Duration timeout;
    private final HttpClient http;
    private final ObjectMapper mapper = WireMapper.create();

    /**
     * @param base base URL of the store
     * @param timeout longest wait for an answer's head; imports and transfers are given ten times as long
     */
    public StoreClient(URI base, Duration timeout) {
        this.base = requireNonNull(base, "base is null");
        this.timeout = requireNonNull(timeout, "timeout is null");
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build();
    }

    /** Asks where to upload objects; those the store has need none. */
    public StageResponse stage(List<BlobReference> blobs) throws StoreException {
        return read(
                "staging " + blobs.size() + " objects",
                post(StorePaths.STAGE, json(new StageRequest(blobs)), JSON, timeout),
                new TypeReference<>() {});
    }

    /** Makes uploaded objects readable that belong to no checkpoint; the store compares their bytes with their digests first. */
    public LinkResponse settle(List<BlobReference> blobs) throws StoreException {
        return read(
                "settling " + blobs.size() + " objects",
                post(StorePaths.SETTLE, json(new StageRequest(blobs)), JSON, timeout.multipliedBy(10)),
                new TypeReference<>() {});
    }

    /** Asks where to download objects. */
    public LinkResponse links(List<BlobDigest> digests) throws StoreException {
        return read(
                "linking " + digests.size() + " objects",
                post(StorePaths.LINKS, json(new LinkRequest(digests)), JSON, timeout),
                new TypeReference<>() {});
    }

    /** The manifest of a committed checkpoint, byte for byte. */
    public byte[] manifest(CheckpointId checkpoint) throws StoreException {
        String what = "manifest of " + checkpoint;
        try (InputStream body = open(what, get(StorePaths.MANIFESTS + "/" + checkpoint, timeout))) {
            return body.readAllBytes();
        } catch (IOException lost) {
            throw StoreException.unreachable(what, lost);
        }
    }

    /** What a committed checkpoint is. */
    public CheckpointDescriptor checkpoint(CheckpointId checkpoint) throws StoreException {
        return read(
                "checkpoint " + checkpoint,
                get(StorePaths.CHECKPOINTS + "/" + checkpoint, timeout),
                new TypeReference<>() {});
    }

    /** A tar of a Hugging Face directory of the checkpoint; the caller closes it. */
    public InputStream export(CheckpointId checkpoint) throws StoreException {
        return open(
                "export of " + checkpoint,
                get(StorePaths.CHECKPOINTS + "/" + checkpoint + "/export", timeout.multipliedBy(10)));
    }

    /** A tar of the adapters of a LoRA run's checkpoint, as PEFT loads them; the caller closes it. */
    public InputStream exportAdapter(CheckpointId checkpoint) throws StoreException {
        return open(
                "adapters of " + checkpoint,
                get(StorePaths.CHECKPOINTS + "/" + checkpoint + "/export?adapter=true", timeout.multipliedBy(10)));
    }

    /** Imports a Hugging Face directory that the store can read itself. */
    public ModelDescriptor importModel(String name, String directory) throws StoreException {
        byte[] body = json(mapper.createObjectNode().put("path", directory));
        return read(
                "import of model '" + name + "'",
                post(StorePaths.MODELS + "?name=" + encode(name), body, JSON, timeout.multipliedBy(10)),
                new TypeReference<>() {});
    }

    /** Imports a Hugging Face directory from a tar stream. */
    public ModelDescriptor importModelTar(String name, BodyPublisher tar) throws StoreException {
        return read(
                "import of model '" + name + "'",
                request(StorePaths.MODELS + "?name=" + encode(name), timeout.multipliedBy(10))
                        .header("content-type", "application/x-tar")
                        .POST(tar)
                        .build(),
                new TypeReference<>() {});
    }

    /** Gives a committed checkpoint a model name. */
    public ModelDescriptor nameCheckpoint(String name, CheckpointId checkpoint) throws StoreException {
        return read(
                "naming " + checkpoint + " '" + name + "'",
                request(StorePaths.MODELS + "/" + encode(name) + "/checkpoint", timeout)
                        .header("content-type", "text/plain")
                        .PUT(BodyPublishers.ofString(checkpoint.value()))
                        .build(),
                new TypeReference<>() {});
    }

    /** Every model's newest form. */
    public List<ModelDescriptor> models() throws StoreException {
        return read("list of models", get(StorePaths.MODELS, timeout), new TypeReference<>() {});
    }

    /** A model by name. */
    public ModelDescriptor model(String name) throws StoreException {
        return read(
                "model '" + name + "'", get(StorePaths.MODELS + "/" + encode(name), timeout), new TypeReference<>() {});
    }

    /** Commits a data set version from rows of JSON, one a line. */
    public DatasetDescriptor importDataset(String name, Optional<String> format, BodyPublisher rows)
            throws StoreException {
        return importDataset(name, format, Optional.empty(), Optional.empty(), rows);
    }

    /**
     * The same, told more.
     *
     * @param layout an entry of {@code dataset_info.json}, which says what columns and tags are called
     * @param source where the rows come from, such as a hub's commit and file
     */
    public DatasetDescriptor importDataset(
            String name, Optional<String> format, Optional<String> layout, Optional<String> source, BodyPublisher rows)
            throws StoreException {
        String query = "?name=" + encode(name)
                + format.map(value -> "&format=" + encode(value)).orElse("")
                + layout.map(value -> "&layout=" + encode(value)).orElse("")
                + source.map(value -> "&source=" + encode(value)).orElse("");
        return read(
                "data set '" + name + "'",
                request(StorePaths.DATASETS + query, timeout.multipliedBy(10))
                        .header("content-type", "application/x-ndjson")
                        .POST(rows)
                        .build(),
                new TypeReference<>() {});
    }

    /** Adds rows to a data set that grows. */
    public AppendReceipt appendRecords(String name, Optional<String> format, OptionalDouble heldOut, BodyPublisher rows)
            throws StoreException {
        List<String> query = new ArrayList<>();
        format.ifPresent(value -> query.add("format=" + encode(value)));
        heldOut.ifPresent(value -> query.add("heldOut=" + value));
        return read(
                "records for data set '" + name + "'",
                request(
                                StorePaths.DATASETS + "/" + encode(name) + "/records"
                                        + (query.isEmpty() ? "" : "?" + String.join("&", query)),
                                timeout.multipliedBy(10))
                        .header("content-type", "application/x-ndjson")
                        .POST(rows)
                        .build(),
                new TypeReference<>() {});
    }

    /** The slices of a data set that grows, oldest first. */
    public List<DatasetSlice> slices(String name) throws StoreException {
        return read(
                "slices of data set '" + name + "'",
                get(StorePaths.DATASETS + "/" + encode(name) + "/slices", timeout),
                new TypeReference<>() {});
    }

    /** One row of a data set that grows, by its id or the beginning of it. */
    public RowDescriptor row(String name, String row) throws StoreException {
        return read(
                "row " + row + " of data set '" + name + "'",
                get(rowPath(name, row), timeout),
                new TypeReference<>() {});
    }

    /** Takes a row out of a data set that grows: a new version does without it. */
    public AppendReceipt quarantineRow(String name, String row, String reason) throws StoreException {
        return read(
                "quarantine of row " + row + " of data set '" + name + "'",
                post(
                        rowPath(name, row) + "/quarantine?reason=" + encode(reason),
                        new byte[0],
                        JSON,
                        timeout.multipliedBy(10)),
                new TypeReference<>() {});
    }

    /** What could not be taken into a data set that grows, one JSON object a line; the caller closes it. */
    public InputStream quarantined(String name) throws StoreException {
        return open(
                "quarantine of data set '" + name + "'",
                get(StorePaths.DATASETS + "/" + encode(name) + "/quarantine", timeout.multipliedBy(10)));
    }

    private static String rowPath(String name, String row) {
        return StorePaths.DATASETS + "/" + encode(name) + "/rows/" + encode(row);
    }

    /** Every data set's newest version. */
    public List<DatasetDescriptor> datasets() throws StoreException {
        return read("list of data sets", get(StorePaths.DATASETS, timeout), new TypeReference<>() {});
    }

    /** A data set's newest version by name, or one version by {@code name@n}. */
    public DatasetDescriptor dataset(String nameOrVersion) throws StoreException {
        return read(
                "data set '" + nameOrVersion + "'",
                get(StorePaths.DATASETS + "/" + encode(nameOrVersion), timeout),
                new TypeReference<>() {});
    }

    /** Opens a presigned link; the caller verifies what it reads and closes it. */
    public InputStream download(BlobLink link) throws StoreException {
        return open(
                "object " + link.digest(),
                HttpRequest.newBuilder(URI.create(link.url()))
                        .timeout(timeout.multipliedBy(10))
                        .GET()
                        .build());
    }

    /** Puts an object where a ticket says. */
    public void upload(StageTicket ticket, BodyPublisher body) throws StoreException {
        String url = ticket.uploadUrl()
                .orElseThrow(() -> new IllegalArgumentException("the store already has " + ticket.blob()));
        String what = "upload of " + ticket.blob().digest();
        try (InputStream answer = open(
                what,
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(timeout.multipliedBy(10))
                        .PUT(body)
                        .build())) {
            answer.readAllBytes();
        } catch (IOException lost) {
            throw StoreException.unreachable(what, lost);
        }
    }

    private HttpRequest.Builder request(String path, Duration limit) {
        return HttpRequest.newBuilder(base.resolve(path)).timeout(limit).header("accept", "*/*");
    }

    private HttpRequest get(String path, Duration limit) {
        return request(path, limit).GET().build();
    }

    private HttpRequest post(String path, byte[] body, String type, Duration limit) {
        return request(path, limit)
                .header("content-type", type)
                .POST(BodyPublishers.ofByteArray(body))
                .build();
    }

    private <T> T read(String what, HttpRequest request, TypeReference<T> type) throws StoreException {
        try (InputStream body = open(what, request)) {
            return mapper.readValue(body, type);
        } catch (IOException lost) {
            throw StoreException.unreachable(what, lost);
        }
    }

    private InputStream open(String what, HttpRequest request) throws StoreException {
        try {
            HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
            if (response.statusCode() >= 200 && response.statusCode() < 300) {
                return response.body();
            }
            try (InputStream body = response.body()) {
                throw answered(what, response.statusCode(), body.readNBytes(1 << 20));
            }
        } catch (IOException lost) {
            throw StoreException.unreachable(what, lost);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw StoreException.unreachable(what, interrupted);
        }
    }

    /** The store answers with a problem document, object storage with a code and a message in XML. */
    private StoreException answered(String what, int status, byte[] body) {
        Optional<StoreProblem> problem = problem(body);
        if (problem.isPresent()) {
            return StoreException.answered(what, status, problem);
        }
        String text = new String(body, UTF_8);
        Matcher code = STORAGE_CODE.matcher(text);
        if (!code.find()) {
            return StoreException.answered(what, status, Optional.empty());
        }
        Matcher message = STORAGE_MESSAGE.matcher(text);
        String detail = "object storage says " + code.group(1) + (message.find() ? ": " + message.group(1) : "");
        int meant = STORAGE_FULL.contains(code.group(1)) ? INSUFFICIENT_STORAGE : status;
        return StoreException.answered(
                what,
                meant,
                Optional.of(new StoreProblem("about:blank", code.group(1), status, detail, List.of(detail))));
    }

    private Optional<StoreProblem> problem(byte[] body) {
        try {
            return Optional.of(mapper.readValue(body, StoreProblem.class));
        } catch (IOException | RuntimeException notAProblem) {
            return Optional.empty();
        }
    }

    private byte[] json(Object value) {
        try {
            return mapper.writeValueAsBytes(value);
        } catch (IOException impossible) {
            throw new IllegalStateException("a contract record that JSON cannot express: " + value, impossible);
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    @Override
    public void close() {
        http.close();
    }
}
