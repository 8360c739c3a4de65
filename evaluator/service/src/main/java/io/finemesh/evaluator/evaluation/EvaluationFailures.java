package io.finemesh.evaluator.evaluation;

import io.finemesh.checkpoint.cache.BlobCacheException;
import io.finemesh.checkpoint.manifest.ManifestException;
import io.finemesh.checkpoint.model.ModelConfigurationException;
import io.finemesh.checkpoint.safetensors.SafetensorsException;
import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.store.StoreException;
import io.finemesh.engine.data.DatasetException;
import io.finemesh.engine.tensor.NativeMemory;
import io.finemesh.engine.text.PromptException;
import io.finemesh.engine.text.TokenizerException;
import io.finemesh.evaluator.task.TaskRefusedException;

/** Which failure something thrown is: the evaluator's one place that says what a scheduler may do about it. */
final class EvaluationFailures {
    private EvaluationFailures() {}

    /** The failure behind a throwable; what has no place here is a bug. */
    static Failure of(Throwable thrown) {
        return switch (thrown) {
            case EvaluationException known -> known.failure();
            case TaskRefusedException refused -> refused.failure();
            case StoreException store -> store.failure();
            case BlobCacheException cache -> new Failure(code(cache.reason()), cache.getMessage());
            case TokenizerException tokenizer -> new Failure(code(tokenizer.reason()), tokenizer.getMessage());
            case PromptException prompt -> new Failure(code(prompt.reason()), prompt.getMessage());
            case DatasetException dataset -> new Failure(code(dataset.reason()), dataset.getMessage());
            case ModelConfigurationException model -> new Failure(FailureCode.MODEL_NOT_USABLE, model.getMessage());
            case ManifestException manifest -> new Failure(FailureCode.CHECKPOINT_REFUSED, manifest.getMessage());
            case SafetensorsException weights -> new Failure(FailureCode.BLOB_CORRUPT, weights.getMessage());
            case OutOfMemoryError memory -> outOfMemory(memory);
            case RuntimeException runtime when NativeMemory.isExhausted(runtime) -> outOfMemory(runtime);
            default ->
                new Failure(
                        FailureCode.INTERNAL,
                        "an unexpected " + thrown + "; the evaluator's log has where it came from");
        };
    }

    /** LibTorch's message goes on with where in its source it is. */
    private static Failure outOfMemory(Throwable thrown) {
        String reason = String.valueOf(thrown.getMessage()).lines().findFirst().orElse("");
        return new Failure(
                FailureCode.OUT_OF_MEMORY,
                "the evaluator ran out of memory: " + reason
                        + "; lower finemesh.evaluator.generation-batch or tokens-per-row, or give it more memory");
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
}
