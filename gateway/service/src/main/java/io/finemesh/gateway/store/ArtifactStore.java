package io.finemesh.gateway.store;

import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.store.AppendReceipt;
import io.finemesh.contract.store.CheckpointDescriptor;
import io.finemesh.contract.store.DatasetDescriptor;
import io.finemesh.contract.store.DatasetSlice;
import io.finemesh.contract.store.ModelDescriptor;
import io.finemesh.contract.store.RowDescriptor;
import io.finemesh.contract.store.StoreClient;
import io.finemesh.contract.store.StoreException;
import io.finemesh.contract.store.StoreProblem;
import io.finemesh.gateway.config.GatewayConfig;
import io.finemesh.gateway.problem.ProblemDetail;
import io.finemesh.gateway.problem.ProblemException;
import io.finemesh.gateway.problem.ProblemType;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The checkpoint store. Questions are given a short time, transfers a long one; every failure is a {@link ProblemException}, except that
 * what does not exist is an empty answer.
 */
@ApplicationScoped
public class ArtifactStore {
    /** The store client gives imports and transfers ten times its limit. */
    private static final int TRANSFER_FACTOR = 10;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final StoreClient questions;
    private final StoreClient transfers;

    /** Opens connections when they are needed, not before. */
    public ArtifactStore(GatewayConfig config) {
        this.questions = new StoreClient(config.store().url(), config.store().timeout());
        this.transfers = new StoreClient(
                config.store().url(), config.store().transferTimeout().dividedBy(TRANSFER_FACTOR));
    }

    /** A model by name. */
    public Optional<ModelDescriptor> model(String name) {
        return found(() -> questions.model(name));
    }

    /** All models. */
    public List<ModelDescriptor> models() {
        return ask(questions::models);
    }

    /** A data set's newest version by name, or one version. */
    public Optional<DatasetDescriptor> dataset(String nameOrVersion) {
        return found(() -> questions.dataset(nameOrVersion));
    }

    /** Newest version of each data set. */
    public List<DatasetDescriptor> datasets() {
        return ask(questions::datasets);
    }

    /** A checkpoint. */
    public Optional<CheckpointDescriptor> checkpoint(CheckpointId id) {
        return found(() -> questions.checkpoint(id));
    }

    /** A tar of a checkpoint's files; the caller closes it. Empty when there is no such checkpoint. */
    public Optional<InputStream> export(CheckpointId id) {
        return found(() -> transfers.export(id));
    }

    /** An object's bytes; the caller closes them. Empty when there is no such object. */
    public Optional<InputStream> object(BlobDigest digest) {
        return found(() ->
                transfers.download(questions.links(List.of(digest)).links().getFirst()));
    }

    /** A tar of the adapters of a LoRA run's checkpoint; the caller closes it. Empty when there is no such checkpoint. */
    public Optional<InputStream> exportAdapter(CheckpointId id) {
        return found(() -> transfers.exportAdapter(id));
    }

    /** Imports a directory on the store's machine. */
    public ModelDescriptor importModel(String name, String directory) {
        return ask(() -> transfers.importModel(name, directory));
    }

    /** Passes a tar through to the store. */
    public ModelDescriptor uploadModel(String name, InputStream tar, OptionalLong length) {
        return ask(() -> transfers.importModelTar(name, passing(tar, length)));
    }

    /** Passes rows through to the store. */
    public DatasetDescriptor uploadDataset(
            String name,
            Optional<String> format,
            Optional<String> layout,
            Optional<String> source,
            InputStream rows,
            OptionalLong length) {
        return ask(() -> transfers.importDataset(name, format, layout, source, passing(rows, length)));
    }

    /** Passes records through to a data set that grows. */
    public AppendReceipt appendRecords(
            String name, Optional<String> format, OptionalDouble heldOut, InputStream rows, OptionalLong length) {
        return ask(() -> transfers.appendRecords(name, format, heldOut, passing(rows, length)));
    }

    /** The slices of a data set that grows. */
    public List<DatasetSlice> slices(String name) {
        return ask(() -> questions.slices(name));
    }

    /** One row of a data set that grows. */
    public RowDescriptor row(String name, String row) {
        return ask(() -> transfers.row(name, row));
    }

    /** Takes a row out of a data set that grows. */
    public AppendReceipt quarantineRow(String name, String row, String reason) {
        return ask(() -> transfers.quarantineRow(name, row, reason));
    }

    /** What could not be taken into a data set that grows; the caller closes it. */
    public InputStream quarantined(String name) {
        return ask(() -> transfers.quarantined(name));
    }

    /** Gives a checkpoint a model name. */
    public ModelDescriptor nameCheckpoint(String name, CheckpointId checkpoint) {
        return ask(() -> questions.nameCheckpoint(name, checkpoint));
    }

    private static BodyPublisher passing(InputStream body, OptionalLong length) {
        BodyPublisher publisher = BodyPublishers.ofInputStream(() -> body);
        return length.isPresent() && length.getAsLong() > 0
                ? BodyPublishers.fromPublisher(publisher, length.getAsLong())
                : publisher;
    }

    private static <T> Optional<T> found(Question<T> question) {
        try {
            return Optional.of(question.ask());
        } catch (StoreException failed) {
            if (failed.isMissing()) {
                return Optional.empty();
            }
            throw problem(failed);
        }
    }

    private static <T> T ask(Question<T> question) {
        try {
            return question.ask();
        } catch (StoreException failed) {
            throw problem(failed);
        }
    }

    /** A refusal is passed on as it is; anything else is the store not being there. */
    private static ProblemException problem(StoreException failed) {
        Optional<StoreProblem> said = failed.problem();
        List<ProblemDetail> errors = said.map(StoreProblem::errors).orElse(List.of()).stream()
                .map(ProblemDetail::of)
                .toList();
        String type = said.map(StoreProblem::type).orElse(ProblemType.REFUSED_BY_STORE.uri());
        String detail = said.map(StoreProblem::detail).orElse(failed.getMessage());
        return switch (failed.status()) {
            case 400 -> ProblemException.foreign(ProblemType.MALFORMED_REQUEST, type, detail, errors);
            case 404 -> ProblemException.foreign(ProblemType.UNKNOWN_RESOURCE, type, detail, errors);
            case 413 -> ProblemException.foreign(ProblemType.TOO_LARGE, type, detail, errors);
            case 415 -> ProblemException.foreign(ProblemType.UNSUPPORTED_MEDIA_TYPE, type, detail, errors);
            case 409, 422 -> ProblemException.foreign(ProblemType.REFUSED_BY_STORE, type, detail, errors);
            case 507 -> ProblemException.foreign(ProblemType.STORAGE_FULL, type, detail, errors);
            default ->
                ProblemException.later(
                        ProblemType.STORE_UNAVAILABLE,
                        failed.getMessage() + "; try again in a few seconds",
                        RETRY_AFTER,
                        failed);
        };
    }

    @PreDestroy
    void close() {
        questions.close();
        transfers.close();
    }

    /** A call that may fail. */
    @FunctionalInterface
    private interface Question<T> {
        T ask() throws StoreException;
    }
}
