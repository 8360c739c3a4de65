package io.finemesh.trainer.failure;

import io.finemesh.checkpoint.cache.BlobCacheException;
import io.finemesh.checkpoint.manifest.ManifestException;
import io.finemesh.checkpoint.model.ModelConfigurationException;
import io.finemesh.checkpoint.safetensors.SafetensorsException;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.store.StoreException;
import io.finemesh.engine.data.DatasetException;
import io.finemesh.engine.optim.InvalidMethodException;
import io.finemesh.engine.tensor.NativeMemory;
import io.finemesh.engine.text.PromptException;
import io.finemesh.engine.text.TokenizerException;
import java.util.concurrent.ExecutionException;

/** Which failure something thrown is. Every exception of the libraries has its place here; what has none is a bug. */
public final class SegmentFailures {
    private SegmentFailures() {}

    /** The failure behind a throwable. */
    public static Failure of(Throwable thrown) {
        return switch (thrown) {
            case ExecutionException wrapped when wrapped.getCause() != null -> of(wrapped.getCause());
            case SegmentFailureException known -> known.failure();
            case StoreException store -> store.failure();
            case BlobCacheException cache -> new Failure(code(cache.reason()), cache.getMessage());
            case TokenizerException tokenizer -> new Failure(code(tokenizer.reason()), tokenizer.getMessage());
            case PromptException prompt -> new Failure(code(prompt.reason()), prompt.getMessage());
            case DatasetException dataset -> new Failure(code(dataset.reason()), dataset.getMessage());
            case ModelConfigurationException model -> new Failure(FailureCode.MODEL_NOT_USABLE, model.getMessage());
            case InvalidMethodException method -> new Failure(FailureCode.INVALID_SPECIFICATION, method.getMessage());
            case ManifestException manifest -> new Failure(FailureCode.CHECKPOINT_REFUSED, manifest.getMessage());
            case SafetensorsException weights -> new Failure(FailureCode.BLOB_CORRUPT, weights.getMessage());
            case OutOfMemoryError memory -> new Failure(FailureCode.OUT_OF_MEMORY, outOfMemory(memory));
            case RuntimeException runtime
            when NativeMemory.isExhausted(runtime) -> new Failure(FailureCode.OUT_OF_MEMORY, outOfMemory(runtime));
            default ->
                new Failure(
                        FailureCode.INTERNAL,
                        "an unexpected " + thrown.getClass().getName() + ": " + firstLine(thrown)
                                + "; the trainer's log has where it came from");
        };
    }

    private static FailureCode code(BlobCacheException.Reason reason) {
        return switch (reason) {
            case WRONG_DIGEST, WRONG_LENGTH -> FailureCode.BLOB_CORRUPT;
            case SOURCE_FAILED -> FailureCode.STORE_UNREACHABLE;
            case CACHE_FULL, DISK_FULL -> FailureCode.STORAGE_FULL;
        };
    }

    private static FailureCode code(TokenizerException.Reason reason) {
        return switch (reason) {
            case UNREADABLE, MALFORMED -> FailureCode.MODEL_NOT_USABLE;
            case VOCABULARY_MISMATCH, MISSING_SPECIAL_TOKEN -> FailureCode.TOKENIZER_MISMATCH;
        };
    }

    private static FailureCode code(PromptException.Reason reason) {
        return switch (reason) {
            case NO_TEMPLATE -> FailureCode.INVALID_SPECIFICATION;
            case BROKEN_TEMPLATE -> FailureCode.MODEL_NOT_USABLE;
            case REFUSED_CONVERSATION -> FailureCode.DATASET_NOT_USABLE;
        };
    }

    private static FailureCode code(DatasetException.Reason reason) {
        return switch (reason) {
            case MALFORMED_LINE, NOT_UTF8, LINE_TOO_LONG, NO_SAMPLES, SAMPLE_EXCEEDS_ROW ->
                FailureCode.DATASET_NOT_USABLE;
            case UNREADABLE, CURSOR_MISMATCH -> FailureCode.INTERNAL;
        };
    }

    private static String outOfMemory(Throwable thrown) {
        if (String.valueOf(thrown.getMessage()).contains("direct buffer memory")) {
            return "the trainer may not copy as much as the result takes: " + firstLine(thrown)
                    + "; start it with -XX:MaxDirectMemorySize above the memory budget of its runs";
        }
        return "the trainer ran out of memory: " + firstLine(thrown)
                + "; lower the cut-off or raise the gradient accumulation steps, or give the trainer more memory";
    }

    private static String firstLine(Throwable thrown) {
        String message = String.valueOf(thrown.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
