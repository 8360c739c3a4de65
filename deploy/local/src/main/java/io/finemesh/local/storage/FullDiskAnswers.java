package io.finemesh.local.storage;

import java.io.InputStream;
import java.util.Locale;
import java.util.function.Supplier;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/** Files as objects, of which a full disk is answered as such: 507 InsufficientStorage, where the server would only say that it failed. */
final class FullDiskAnswers extends ForwardingBlobStore {
    private static final int INSUFFICIENT_STORAGE = 507;
    private static final int LONGEST_CHAIN = 20;

    FullDiskAnswers(BlobStore files) {
        super(files);
    }

    @Override
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream payload) {
        return written(() -> super.putBlob(request, payload));
    }

    @Override
    public CopyObjectResponse copyBlob(CopyObjectRequest request) {
        return written(() -> super.copyBlob(request));
    }

    @Override
    public UploadPartResponse uploadMultipartPart(MultipartUpload upload, UploadPartRequest request, InputStream part) {
        return written(() -> super.uploadMultipartPart(upload, request, part));
    }

    @Override
    public CompleteMultipartUploadResponse completeMultipartUpload(
            MultipartUpload upload, CompleteMultipartUploadRequest request) {
        return written(() -> super.completeMultipartUpload(upload, request));
    }

    private static <T> T written(Supplier<T> write) {
        try {
            return write.get();
        } catch (RuntimeException failure) {
            if (!saysFull(failure)) {
                throw failure;
            }
            throw S3Exception.builder()
                    .statusCode(INSUFFICIENT_STORAGE)
                    .message("no space is left on the disk that holds the objects")
                    .cause(failure)
                    .awsErrorDetails(AwsErrorDetails.builder()
                            .errorCode("InsufficientStorage")
                            .errorMessage("no space is left on the disk that holds the objects")
                            .build())
                    .build();
        }
    }

    /** Whether the operating system said so, however deep: Java has no exception of its own for it. */
    private static boolean saysFull(Throwable failure) {
        int depth = 0;
        for (Throwable each = failure; each != null && depth < LONGEST_CHAIN; each = each.getCause(), depth++) {
            String message = String.valueOf(each.getMessage()).toLowerCase(Locale.ROOT);
            if (message.contains("no space left")
                    || message.contains("disk quota exceeded")
                    || message.contains("not enough space")) {
                return true;
            }
        }
        return false;
    }
}
