package io.finemesh.trainer.blob;

import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.store.BlobLink;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.store.StageTicket;
import io.finemesh.contract.store.StoreClient;
import io.finemesh.contract.store.StoreException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The checkpoint store over HTTP: its interface for addresses, presigned links for bytes. */
public final class HttpBlobStore implements BlobStore, AutoCloseable {
    private final StoreClient client;
    private final HttpClient prober;
    private final HttpRequest probe;

    /**
     * @param url base URL of the store
     * @param timeout longest wait for an answer's head
     */
    public HttpBlobStore(URI url, Duration timeout) {
        this.client = new StoreClient(url, timeout);
        this.prober = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build();
        this.probe = HttpRequest.newBuilder(url.resolve("/q/health/live"))
                .timeout(timeout)
                .GET()
                .build();
    }

    @Override
    public byte[] manifest(CheckpointId checkpoint) throws StoreException {
        return client.manifest(checkpoint);
    }

    @Override
    public List<BlobLink> links(List<BlobDigest> digests) throws StoreException {
        return client.links(digests).links();
    }

    @Override
    public InputStream download(BlobLink link) throws StoreException {
        return client.download(link);
    }

    @Override
    public List<StageTicket> stage(List<BlobReference> blobs) throws StoreException {
        return client.stage(blobs).tickets();
    }

    @Override
    public void upload(StageTicket ticket, Path file) throws StoreException {
        try {
            client.upload(ticket, BodyPublishers.ofFile(file));
        } catch (FileNotFoundException gone) {
            // Cannot happen because a result's files are pinned in the cache until they are uploaded.
            throw new UncheckedIOException(gone);
        }
    }

    @Override
    public void probe() throws StoreException {
        try {
            prober.send(probe, BodyHandlers.discarding());
        } catch (IOException lost) {
            throw StoreException.unreachable("probe of " + probe.uri(), lost);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw StoreException.unreachable("probe of " + probe.uri(), interrupted);
        }
    }

    @Override
    public void close() {
        prober.shutdownNow();
        client.close();
    }
}
