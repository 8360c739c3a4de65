package io.finemesh.store.config;

import io.finemesh.contract.json.WireMapper;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.commit.CommitObserver;
import io.finemesh.store.commit.CommitPolicy;
import io.finemesh.store.commit.CommitQueue;
import io.finemesh.store.commit.SegmentCommit;
import io.finemesh.store.connector.ConnectorDesk;
import io.finemesh.store.connector.ConnectorLimits;
import io.finemesh.store.dataset.DatasetImport;
import io.finemesh.store.dataset.DatasetLimits;
import io.finemesh.store.dataset.DatasetVersions;
import io.finemesh.store.growth.DatasetAppend;
import io.finemesh.store.growth.GrowingVersions;
import io.finemesh.store.growth.NameLocks;
import io.finemesh.store.growth.Quarantine;
import io.finemesh.store.growth.RowLookup;
import io.finemesh.store.growth.RowRemoval;
import io.finemesh.store.manifest.CheckpointCatalogue;
import io.finemesh.store.manifest.ManifestStore;
import io.finemesh.store.messaging.KafkaConnectorClients;
import io.finemesh.store.messaging.KafkaEventPublisher;
import io.finemesh.store.model.ImportLimits;
import io.finemesh.store.model.ModelImport;
import io.finemesh.store.model.ModelNames;
import io.finemesh.store.publication.EventPublisher;
import io.finemesh.store.publication.ImportAnnouncer;
import io.finemesh.store.storage.NumberedObjects;
import io.finemesh.store.storage.ObjectStorage;
import io.finemesh.store.storage.S3Settings;
import io.finemesh.store.storage.S3Storage;
import io.finemesh.store.storage.SpaceAwareStorage;
import io.finemesh.store.trace.CommitTelemetry;
import io.finemesh.store.trace.ImportTelemetry;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import io.quarkus.arc.DefaultBean;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Builds the service: every object once, each from what stands above it. */
public class StoreWiring {
    private final StoreConfig config;

    StoreWiring(StoreConfig config) {
        this.config = config;
    }

    /** Where temporary files go. */
    public static Path workDirectory(StoreConfig config) {
        return config.dataDirectory().toAbsolutePath().resolve("work");
    }

    @Produces
    @Singleton
    @DefaultBean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    ObjectMapperCustomizer contractTypes() {
        return WireMapper::configure;
    }

    @Produces
    @Singleton
    @DefaultBean
    ObjectStorage storage() {
        StoreConfig.ObjectStorageConfig s3 = config.s3();
        return new SpaceAwareStorage(new S3Storage(new S3Settings(
                s3.endpoint(),
                s3.linkEndpoint().orElse(s3.endpoint()),
                s3.region(),
                s3.bucket(),
                s3.accessKey(),
                s3.secretKey(),
                s3.connectTimeout(),
                s3.answerTimeout())));
    }

    void closeStorage(@Disposes ObjectStorage storage) {
        if (storage instanceof SpaceAwareStorage aware && aware.behind() instanceof S3Storage s3) {
            s3.close();
        }
    }

    @Produces
    @Singleton
    @DefaultBean
    EventPublisher publisher(@ConfigProperty(name = "kafka.bootstrap.servers") String brokers) {
        return new KafkaEventPublisher(brokers, config.events().timeout());
    }

    void closePublisher(@Disposes EventPublisher publisher) {
        if (publisher instanceof KafkaEventPublisher kafka) {
            kafka.close();
        }
    }

    @Produces
    @Singleton
    BlobStore blobs(ObjectStorage storage) {
        return new BlobStore(storage, config.s3().linkValidity());
    }

    @Produces
    @Singleton
    ManifestStore manifests(ObjectStorage storage) {
        return new ManifestStore(storage);
    }

    @Produces
    @Singleton
    CheckpointCatalogue catalogue(ManifestStore manifests, BlobStore blobs) {
        return new CheckpointCatalogue(manifests, blobs);
    }

    @Produces
    @Singleton
    ModelNames modelNames(ObjectStorage storage, CheckpointCatalogue catalogue) {
        return new ModelNames(new NumberedObjects(storage), catalogue);
    }

    @Produces
    @Singleton
    ModelImport modelImport(BlobStore blobs, ManifestStore manifests) {
        StoreConfig.ModelConfig models = config.models();
        return new ModelImport(
                blobs,
                manifests,
                new ImportLimits(
                        workDirectory(config),
                        models.largestArchive().asLongValue(),
                        models.largestFile().asLongValue(),
                        models.importDirectories().orElse(List.of())));
    }

    @Produces
    @Singleton
    DatasetVersions datasetVersions(ObjectStorage storage) {
        return new DatasetVersions(new NumberedObjects(storage));
    }

    @Produces
    @Singleton
    DatasetLimits datasetLimits() {
        StoreConfig.DatasetConfig datasets = config.datasets();
        return new DatasetLimits(
                workDirectory(config),
                Math.toIntExact(datasets.longestLine().asLongValue()),
                datasets.largest().asLongValue());
    }

    @Produces
    @Singleton
    DatasetImport datasetImport(BlobStore blobs, DatasetVersions versions, DatasetLimits limits) {
        return new DatasetImport(blobs, versions, limits);
    }

    @Produces
    @Singleton
    NameLocks nameLocks() {
        return new NameLocks();
    }

    @Produces
    @Singleton
    GrowingVersions growingVersions(ObjectStorage storage, DatasetVersions versions, BlobStore blobs) {
        return new GrowingVersions(new NumberedObjects(storage), versions, blobs);
    }

    @Produces
    @Singleton
    DatasetAppend datasetAppend(GrowingVersions versions, BlobStore blobs, DatasetLimits limits, NameLocks locks) {
        return new DatasetAppend(versions, blobs, limits, locks);
    }

    @Produces
    @Singleton
    RowLookup rowLookup(GrowingVersions versions, BlobStore blobs) {
        return new RowLookup(versions, blobs);
    }

    @Produces
    @Singleton
    RowRemoval rowRemoval(
            GrowingVersions versions, RowLookup rows, BlobStore blobs, DatasetLimits limits, NameLocks locks) {
        return new RowRemoval(versions, rows, blobs, limits, locks);
    }

    @Produces
    @Singleton
    Quarantine quarantine(GrowingVersions versions, BlobStore blobs) {
        return new Quarantine(versions, blobs);
    }

    @Produces
    @Singleton
    ImportAnnouncer announcer(
            ObjectStorage storage,
            CheckpointCatalogue catalogue,
            ModelNames models,
            DatasetVersions datasets,
            EventPublisher publisher,
            Clock clock) {
        return new ImportAnnouncer(storage, catalogue, models, datasets, publisher, clock);
    }

    @Produces
    @Singleton
    ConnectorDesk connectors(
            @ConfigProperty(name = "kafka.bootstrap.servers") String brokers,
            GrowingVersions versions,
            DatasetAppend appends,
            ImportAnnouncer announcer,
            Clock clock) {
        StoreConfig.ConnectorConfig connectors = config.connectors();
        return new ConnectorDesk(
                new KafkaConnectorClients(brokers),
                versions,
                appends,
                announcer,
                new ConnectorLimits(
                        connectors.batchRecords(),
                        connectors.batchBytes().asLongValue(),
                        connectors.linger(),
                        connectors.pause()),
                clock);
    }

    void closeConnectors(@Disposes ConnectorDesk connectors) {
        connectors.close();
    }

    @Produces
    @Singleton
    CommitObserver observer(Tracer tracer, MeterRegistry meters) {
        return new CommitTelemetry(tracer, meters);
    }

    @Produces
    @Singleton
    ImportTelemetry importTelemetry(Tracer tracer, MeterRegistry meters, Clock clock) {
        return new ImportTelemetry(tracer, meters, clock);
    }

    @Produces
    @Singleton
    CommitPolicy commitPolicy() {
        StoreConfig.CommitConfig commits = config.commits();
        return new CommitPolicy(
                commits.parallel(),
                commits.firstPause(),
                commits.longestPause(),
                commits.basePatience(),
                commits.unexpectedAttempts());
    }

    @Produces
    @Singleton
    CommitQueue queue(
            BlobStore blobs,
            ManifestStore manifests,
            EventPublisher publisher,
            CommitObserver observer,
            CommitPolicy policy,
            Clock clock) {
        return new CommitQueue(new SegmentCommit(blobs, manifests), publisher, observer, policy, clock);
    }

    void closeQueue(@Disposes CommitQueue queue) {
        queue.close();
    }
}
