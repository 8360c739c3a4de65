package io.finemesh.store.commit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.checkpoint.manifest.GroupBlob;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.manifest.StagedBlob;
import io.finemesh.checkpoint.manifest.TrainedBy;
import io.finemesh.checkpoint.manifest.TrainingStateEntry;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.SafetensorsWriter;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.store.BlobReference;
import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.manifest.ManifestStore;
import io.finemesh.store.model.ImportLimits;
import io.finemesh.store.model.ModelImport;
import io.finemesh.store.model.TinyModel;
import io.finemesh.store.storage.MemoryStorage;
import io.finemesh.store.storage.StorageLayout;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** What a trainer would stage: segments of three steps, each of which changes one layer of the tiny model. */
public final class Segments {
    public static final int STEPS = 3;
    public static final String TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private Segments() {}

    /** A segment's result with the bytes of its objects. */
    public record Result(SegmentEnded claim, Manifest manifest, Map<String, byte[]> objects) {
        /** Uploads every object, as the trainer does by presigned URLs. */
        public Result stageIn(MemoryStorage storage) {
            objects.forEach((digest, bytes) -> storage.place(StorageLayout.staged(new BlobDigest(digest)), bytes));
            return this;
        }

        /** As it travels. */
        public Envelope<SegmentEnded> envelope() {
            return Envelope.starting(
                    new EventId("ended-" + claim.runId() + "-" + claim.segmentIndex() + "-" + claim.epoch()),
                    "/gpu-trainer/t",
                    claim.runId().value(),
                    Instant.EPOCH,
                    Optional.of(TRACEPARENT),
                    claim);
        }
    }

    /** Commits the tiny model as a root. */
    public static Manifest root(MemoryStorage storage, Path directory) {
        Path model = TinyModel.write(directory.resolve("model"), 1);
        ManifestStore manifests = new ManifestStore(storage);
        CheckpointId id = new ModelImport(
                        new BlobStore(storage, Duration.ofHours(1)),
                        manifests,
                        new ImportLimits(directory.resolve("work"), 1 << 20, 1 << 20, List.of()))
                .fromDirectory(model.toString());
        return manifests.find(id).orElseThrow();
    }

    /** The result of the segment after a parent, with optimizer state as AdamW has it. */
    public static Result next(String run, int index, Manifest parent) {
        long first = (long) index * STEPS;
        List<TensorData> tensors = layer(index % TinyModel.LAYERS, 100L + index + run.hashCode());
        byte[] weights = safetensors(tensors);
        byte[] state = safetensors(List.of(new TensorData(
                "moment",
                Dtype.F32,
                List.of(2L),
                MemorySegment.ofArray(
                        ("state-" + run + index + "xxxxxxxx").substring(0, 8).getBytes(UTF_8)))));
        return result(
                run,
                index,
                first + STEPS - 1,
                parent,
                List.of(weights),
                List.of(state),
                ledger(first, first + STEPS - 1));
    }

    /** A result of any content; its id is the one the content has if it can be a child of the parent. */
    public static Result result(
            String run,
            int index,
            long lastStep,
            Manifest parent,
            List<byte[]> weights,
            List<byte[]> states,
            byte[] ledger) {
        String cursor = "{\"position\":" + lastStep + "}";
        List<StagedBlob> staged = new ArrayList<>();
        for (byte[] one : weights) {
            staged.add(StagedBlob.of(verified(one)));
        }
        Manifest child = parent.child(
                new TrainedBy(run, index, lastStep),
                staged,
                Optional.of(new TrainingStateEntry(
                        cursor,
                        states.stream()
                                .map(bytes -> BlobStore.inManifest(reference(bytes)))
                                .toList())),
                Optional.of(BlobStore.inManifest(reference(ledger))));
        SegmentEnded claim = new SegmentEnded(
                new RunId(run),
                index,
                1,
                new TrainerId("t"),
                new CheckpointId(child.checkpointId()),
                new CheckpointId(parent.checkpointId()),
                lastStep,
                weights.stream().map(Segments::reference).toList(),
                cursor,
                states.stream().map(Segments::reference).toList(),
                reference(ledger));
        List<byte[]> all = new ArrayList<>(weights);
        all.addAll(states);
        all.add(ledger);
        return new Result(
                claim, child, all.stream().collect(Collectors.toMap(Sha256::of, bytes -> bytes, (one, same) -> one)));
    }

    /** New values for the tensors of one layer. */
    public static List<TensorData> layer(int layer, long seed) {
        return TinyModel.tensors(TinyModel.structure().tensorsOf(new ParameterGroup.Layer(layer)), seed);
    }

    public static byte[] safetensors(List<TensorData> tensors) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            SafetensorsWriter.write(out, tensors, GroupBlob.METADATA);
        } catch (IOException cannotHappen) {
            throw new UncheckedIOException(cannotHappen);
        }
        return out.toByteArray();
    }

    public static byte[] ledger(long first, long last) {
        return LongStream.rangeClosed(first, last)
                .mapToObj(step -> "{\"step\":" + step + ",\"loss\":0.5,\"gradientNorm\":" + (step + 0.1) + "}\n")
                .collect(Collectors.joining())
                .getBytes(UTF_8);
    }

    public static BlobReference reference(byte[] bytes) {
        return new BlobReference(new BlobDigest(Sha256.of(bytes)), bytes.length);
    }

    private static io.finemesh.checkpoint.safetensors.FileDigest verified(byte[] bytes) {
        try {
            return io.finemesh.checkpoint.safetensors.SafetensorsVerifier.digest(
                    new java.io.ByteArrayInputStream(bytes), bytes.length);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
