package io.finemesh.evaluator.evaluation;

import io.finemesh.checkpoint.cache.BlobPins;
import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.checkpoint.manifest.FileEntry;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.manifest.ManifestTensorSource;
import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.run.Precision;
import io.finemesh.contract.run.PromptTemplate;
import io.finemesh.contract.store.StoreException;
import io.finemesh.engine.model.Decoder;
import io.finemesh.engine.text.PromptEncoder;
import io.finemesh.engine.text.Tokenizer;
import io.finemesh.evaluator.blob.CheckpointFetcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A committed checkpoint in memory, ready to compute; closing it frees the native memory.
 *
 * @param decoder the weights
 * @param tokenizer the checkpoint's own tokenizer
 * @param prompts how a conversation becomes tokens, as in training
 * @param weightsDigest digest of exactly these weights
 */
record LoadedModel(Decoder decoder, Tokenizer tokenizer, PromptEncoder prompts, String weightsDigest)
        implements AutoCloseable {

    static final String TOKENIZER_CONFIGURATION = "tokenizer_config.json";
    static final String CHAT_TEMPLATE = "chat_template.jinja";

    static LoadedModel load(
            CheckpointFetcher fetcher, CheckpointId checkpoint, Precision precision, PromptTemplate template)
            throws StoreException, EvaluationException, IOException, InterruptedException {
        Manifest manifest = JobPlanner.manifest(fetcher, checkpoint);
        FileEntry configurationFile = JobPlanner.file(manifest, "config.json");
        FileEntry tokenizerFile = JobPlanner.file(manifest, "tokenizer.json");
        List<BlobReference> needed = new ArrayList<>(manifest.weightBlobs());
        needed.add(configurationFile.blob());
        needed.add(tokenizerFile.blob());
        if (template == PromptTemplate.CHAT) {
            Stream.of(TOKENIZER_CONFIGURATION, CHAT_TEMPLATE)
                    .flatMap(name -> manifest.file(name).stream())
                    .map(FileEntry::blob)
                    .forEach(needed::add);
        }
        try (BlobPins _ = fetcher.pin(needed.stream().map(BlobReference::digest).toList())) {
            Map<String, Path> blobs = new HashMap<>();
            for (BlobReference blob : needed) {
                blobs.put(blob.digest(), fetcher.blob(blob.digest(), blob.sizeBytes()));
            }
            try (ManifestTensorSource tensors = new ManifestTensorSource(manifest, blobs::get)) {
                ModelConfiguration configuration = ModelConfiguration.parse(
                        Files.readAllBytes(blobs.get(configurationFile.blob().digest())));
                Tokenizer tokenizer =
                        Tokenizer.load(blobs.get(tokenizerFile.blob().digest()), configuration);
                try {
                    PromptEncoder prompts = prompts(template, tokenizer, name -> manifest.file(name)
                            .map(file -> blobs.get(file.blob().digest())));
                    return new LoadedModel(
                            Decoder.load(configuration, tensors, storage(precision)),
                            tokenizer,
                            prompts,
                            manifest.weightsDigest());
                } catch (RuntimeException | Error refused) {
                    tokenizer.close();
                    throw refused;
                }
            }
        }
    }

    private static PromptEncoder prompts(
            PromptTemplate template, Tokenizer tokenizer, Function<String, Optional<Path>> files) {
        return switch (template) {
            case PLAIN -> PromptEncoder.of(tokenizer, io.finemesh.engine.text.PromptTemplate.PLAIN);
            case ALPACA -> PromptEncoder.of(tokenizer, io.finemesh.engine.text.PromptTemplate.ALPACA);
            case CHATML -> PromptEncoder.of(tokenizer, io.finemesh.engine.text.PromptTemplate.CHATML);
            case CHAT ->
                PromptEncoder.ofModel(tokenizer, files.apply(TOKENIZER_CONFIGURATION), files.apply(CHAT_TEMPLATE));
        };
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
