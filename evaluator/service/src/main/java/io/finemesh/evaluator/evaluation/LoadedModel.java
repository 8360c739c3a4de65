package io.finemesh.evaluator.evaluation;

import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.checkpoint.manifest.FileEntry;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.manifest.ManifestTensorSource;
import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelConfigurationException;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.store.StoreException;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.text.Tokenizer;
import io.finemesh.engine.text.TokenizerException;
import io.finemesh.evaluator.blob.CheckpointFetcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A committed checkpoint in memory, ready to compute; closing it frees the native memory.
 *
 * @param decoder the weights
 * @param tokenizer the checkpoint's own tokenizer
 * @param weightsDigest digest of exactly these weights
 */
record LoadedModel(Decoder decoder, Tokenizer tokenizer, String weightsDigest) implements AutoCloseable {

    static LoadedModel load(CheckpointFetcher fetcher, CheckpointId checkpoint, Precision precision)
            throws StoreException, EvaluationException, InterruptedException {
        Manifest manifest = fetcher.manifest(checkpoint);
        Map<String, Path> blobs = new HashMap<>();
        for (BlobReference blob : manifest.weightBlobs()) {
            blobs.put(blob.digest(), fetcher.blob(blob.digest(), blob.sizeBytes()));
        }
        Path configurationFile = file(fetcher, manifest, "config.json");
        Path tokenizerFile = file(fetcher, manifest, "tokenizer.json");
        try (ManifestTensorSource tensors = new ManifestTensorSource(manifest, blobs::get)) {
            ModelConfiguration configuration = ModelConfiguration.parse(Files.readAllBytes(configurationFile));
            Tokenizer tokenizer = Tokenizer.load(tokenizerFile, configuration);
            Decoder decoder = Decoder.load(configuration, tensors, storage(precision));
            return new LoadedModel(decoder, tokenizer, manifest.weightsDigest());
        } catch (ModelConfigurationException refused) {
            throw new EvaluationException(FailureCode.MODEL_NOT_USABLE, refused.getMessage(), refused);
        } catch (TokenizerException refused) {
            throw new EvaluationException(FailureCode.TOKENIZER_MISMATCH, refused.getMessage(), refused);
        } catch (IOException unreadable) {
            throw new EvaluationException(
                    FailureCode.BLOB_CORRUPT,
                    "checkpoint " + checkpoint + " cannot be read from the local cache: " + unreadable.getMessage(),
                    unreadable);
        }
    }

    private static Path file(CheckpointFetcher fetcher, Manifest manifest, String name)
            throws StoreException, EvaluationException, InterruptedException {
        FileEntry entry = manifest.file(name)
                .orElseThrow(() -> new EvaluationException(
                        FailureCode.MODEL_NOT_USABLE,
                        "the checkpoint has no " + name + "; it cannot be evaluated",
                        null));
        return fetcher.blob(entry.blob().digest(), entry.blob().sizeBytes());
    }

    private static io.finemesh.engine.tensor.Precision storage(Precision precision) {
        return switch (precision) {
            case FP32 -> io.finemesh.engine.tensor.Precision.FP32;
            case BF16 -> io.finemesh.engine.tensor.Precision.BF16;
        };
    }

    @Override
    public void close() {
        tokenizer.close();
        decoder.close();
    }
}
