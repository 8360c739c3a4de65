package io.finemesh.local.storage;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;

/**
 * An S3 server on a loopback port: path-style addresses, signature version 4, presigned URLs, conditional writes. Each object of a
 * bucket is the file of the same name below {@code directory/bucket}.
 */
public final class EmbeddedStorage implements AutoCloseable {
    /** Any region is accepted; clients must name one to sign with. */
    public static final String REGION = "us-east-1";

    /**
     * A request whose signature covers the digest of its body must be held in memory until it is checked. Presigned and streaming
     * uploads are not; they may have any size.
     */
    private static final long LARGEST_BUFFERED_BODY_BYTES = 64L * 1024 * 1024;

    private static final int THREADS = 32;
    private static final long DRAIN_MILLIS = 5_000;

    private final URI endpoint;
    private final StorageCredentials credentials;
    private final BlobStore blobs;
    private final S3Proxy server;

    private EmbeddedStorage(URI endpoint, StorageCredentials credentials, BlobStore blobs, S3Proxy server) {
        this.endpoint = endpoint;
        this.credentials = credentials;
        this.blobs = blobs;
        this.server = server;
    }

    /**
     * Starts the server over a directory, which is created if missing, and creates the bucket if missing.
     *
     * @throws StorageException when it does not start
     */
    public static EmbeddedStorage start(Path directory, int port, StorageCredentials credentials, String bucket) {
        URI endpoint = URI.create("http://127.0.0.1:" + port);
        try {
            Files.createDirectories(directory);
            Properties properties = new Properties();
            properties.setProperty("jclouds.filesystem.basedir", directory.toString());
            return start(BlobStores.create("filesystem-nio2", properties), endpoint, credentials, bucket);
        } catch (Exception | LinkageError failure) {
            throw new StorageException(
                    "The object store did not start over " + directory + " on port " + port + ": " + failure, failure);
        }
    }

    /** Serves objects from wherever they are kept. */
    static EmbeddedStorage start(BlobStore objects, URI endpoint, StorageCredentials credentials, String bucket)
            throws Exception {
        BlobStore blobs = new FullDiskAnswers(objects);
        S3Proxy server = S3Proxy.builder()
                .blobStore(blobs)
                .endpoint(endpoint)
                .awsAuthentication(AuthenticationType.AWS_V4, credentials.accessKey(), credentials.secretKey())
                .v4MaxNonChunkedRequestSize(LARGEST_BUFFERED_BODY_BYTES)
                .jettyMaxThreads(THREADS)
                .stopTimeout(DRAIN_MILLIS)
                .build();
        if (!blobs.containerExists(bucket)) {
            blobs.createContainer(bucket);
        }
        server.start();
        return new EmbeddedStorage(endpoint, credentials, blobs, server);
    }

    public URI endpoint() {
        return endpoint;
    }

    public StorageCredentials credentials() {
        return credentials;
    }

    /** Stops taking requests, waits a few seconds for those under way. */
    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception failure) {
            throw new StorageException("The object store did not stop in good order: " + failure.getMessage(), failure);
        } finally {
            blobs.close();
        }
    }

    /** The object store failed for a reason that stands in the message. */
    public static final class StorageException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StorageException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
