package io.finemesh.store.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.checkpoint.manifest.GroupBlob;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.manifest.TrainingStateEntry;
import io.finemesh.checkpoint.safetensors.SafetensorsFile;
import io.finemesh.checkpoint.safetensors.SafetensorsWriter;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.checkpoint.safetensors.TensorInfo;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.store.archive.TarEntry;
import io.finemesh.store.archive.TarEntry.Kind;
import io.finemesh.store.archive.TarWriter;
import io.finemesh.store.blob.BlobStore;
import io.finemesh.store.refusal.RefusalException;
import io.finemesh.store.storage.StorageFullException;
import io.finemesh.store.work.WorkDirectory;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The adapters of a LoRA run as a tar of what PEFT loads: {@code adapter_config.json} and {@code adapter_model.safetensors}. They lie in the training state of
 * every checkpoint of the run, as {@code lora_a.} and {@code lora_b.} before the name of the adapted weight, beside
 * {@code lora_alpha} and, where there is some, {@code lora_dropout}.
 */
public final class AdapterExport implements ExportArchive {
    private static final String CONFIGURATION_FILE = "adapter_config.json";
    private static final String WEIGHTS_FILE = "adapter_model.safetensors";
    private static final String ALPHA = "lora_alpha";
    private static final String DROPOUT = "lora_dropout";
    private static final String DOWN = "lora_a.";
    private static final String UP = "lora_b.";
    private static final String WEIGHT = ".weight";
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final WorkDirectory work;
    private final SafetensorsFile state;
    private final byte[] configuration;
    private final List<TensorData> tensors;
    private final List<TarEntry> members;

    private AdapterExport(WorkDirectory work, SafetensorsFile state, CheckpointId base) {
        this.work = work;
        this.state = state;
        this.tensors = state.tensors().stream()
                .filter(tensor ->
                        tensor.name().startsWith(DOWN) || tensor.name().startsWith(UP))
                .map(tensor -> new TensorData(
                        peftName(tensor.name()), tensor.dtype(), tensor.shape(), state.bytes(tensor.name())))
                .toList();
        this.configuration = configuration(state, base);
        this.members = List.of(
                new TarEntry(CONFIGURATION_FILE, Kind.FILE, configuration.length),
                new TarEntry(WEIGHTS_FILE, Kind.FILE, SafetensorsWriter.byteSize(tensors, GroupBlob.METADATA)));
    }

    /**
     * Fetches the training state of a checkpoint.
     *
     * @param base that the adapters stand beside
     * @throws RefusalException if it has no adapters
     * @throws io.finemesh.store.storage.StorageException if it cannot be had, is damaged, or does not fit on the local disk
     */
    public static AdapterExport prepare(
            CheckpointId checkpoint, CheckpointId base, Manifest manifest, BlobStore blobs, Path workDirectory) {
        List<BlobReference> states =
                manifest.trainingState().map(TrainingStateEntry::stateBlobs).orElse(List.of());
        WorkDirectory work = WorkDirectory.in(workDirectory, "adapter");
        List<SafetensorsFile> opened = new ArrayList<>();
        try {
            for (BlobReference blob : states) {
                Path file = work.path().resolve(blob.digest());
                blobs.download(BlobStore.inContract(blob), file);
                SafetensorsFile state = SafetensorsFile.open(file);
                opened.add(state);
                if (state.find(ALPHA).isPresent()) {
                    return new AdapterExport(work, state, base);
                }
            }
            throw new RefusalException(
                    RefusalException.Kind.NOT_USABLE,
                    "checkpoint " + checkpoint
                            + " has no adapters: it was not made by a run with lora; export it without");
        } catch (IOException failure) {
            release(opened, work);
            throw StorageFullException.ofLocalDisk(workDirectory, failure);
        } catch (RuntimeException failure) {
            release(opened, work);
            throw failure;
        }
    }

    private static void release(List<SafetensorsFile> opened, WorkDirectory work) {
        opened.forEach(SafetensorsFile::close);
        work.close();
    }

    private static String peftName(String name) {
        boolean down = name.startsWith(DOWN);
        String weight = name.substring((down ? DOWN : UP).length());
        return "base_model.model." + weight.substring(0, weight.length() - WEIGHT.length())
                + (down ? ".lora_A.weight" : ".lora_B.weight");
    }

    private static byte[] configuration(SafetensorsFile state, CheckpointId base) {
        TreeSet<String> modules = new TreeSet<>();
        long rank = 0;
        for (TensorInfo tensor : state.tensors()) {
            if (tensor.name().startsWith(DOWN)) {
                String weight = tensor.name().substring(0, tensor.name().length() - WEIGHT.length());
                modules.add(weight.substring(weight.lastIndexOf('.') + 1));
                rank = tensor.shape().getFirst();
            }
        }
        double alpha = fact(state, ALPHA);
        Map<String, Object> fields = new TreeMap<>();
        fields.put("peft_type", "LORA");
        fields.put("task_type", "CAUSAL_LM");
        fields.put("base_model_name_or_path", base.value());
        fields.put("r", rank);
        fields.put("lora_alpha", alpha == Math.rint(alpha) ? (Object) (long) alpha : alpha);
        fields.put("lora_dropout", state.find(DROPOUT).isPresent() ? (Object) fact(state, DROPOUT) : 0);
        fields.put("bias", "none");
        fields.put("fan_in_fan_out", false);
        fields.put("inference_mode", true);
        fields.put("target_modules", List.copyOf(modules));
        try {
            return new ObjectMapper().writeValueAsBytes(fields);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("settings have no JSON form", impossible);
        }
    }

    /** A setting that is kept as a 32-bit float, as it was written: 0.05 and not 0.05000000074505806. */
    private static double fact(SafetensorsFile state, String name) {
        return Double.parseDouble(Float.toString(state.bytes(name).get(FLOAT, 0)));
    }

    @Override
    public long sizeBytes() {
        return TarWriter.archiveBytes(members);
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        TarWriter tar = new TarWriter(out);
        tar.file(CONFIGURATION_FILE, configuration.length, content -> content.write(configuration));
        tar.file(
                WEIGHTS_FILE,
                members.getLast().sizeBytes(),
                content -> SafetensorsWriter.write(content, tensors, GroupBlob.METADATA));
        tar.end();
    }

    @Override
    public void close() {
        state.close();
        work.close();
    }
}
