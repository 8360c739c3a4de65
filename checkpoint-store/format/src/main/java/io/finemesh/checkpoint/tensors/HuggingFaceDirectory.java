package io.finemesh.checkpoint.tensors;

import io.finemesh.checkpoint.model.ExpectedTensor;
import io.finemesh.checkpoint.model.ModelConfiguration;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.model.ParameterGroup;
import io.finemesh.checkpoint.model.Problem;
import io.finemesh.checkpoint.model.TensorRole;
import io.finemesh.checkpoint.safetensors.SafetensorsException;
import io.finemesh.checkpoint.safetensors.SafetensorsFile;
import io.finemesh.checkpoint.safetensors.TensorInfo;
import io.finemesh.checkpoint.safetensors.TensorSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A model as Hugging Face tools save it: {@code config.json}, and {@code model.safetensors} or an index with shards. Opening
 * checks everything but the values: names cannot leave the directory, every mapped tensor is in its file and in no other, and
 * the tensors are exactly those the configuration implies.
 *
 * <p>Two things old files carry are left out of {@link #tensors} with a note instead of being refused: computed rotary buffers
 * ({@code inv_freq}), and an {@code lm_head.weight} beside tied embeddings whose bytes equal the embedding's. With other bytes it
 * is refused, because then file and configuration disagree about the model.
 */
public final class HuggingFaceDirectory implements TensorSource, AutoCloseable {
    static final String CONFIG_FILE = "config.json";
    static final String SINGLE_FILE = "model.safetensors";

    private static final int MAX_CONFIG_BYTES = 16 * 1024 * 1024;
    private static final Set<String> AUXILIARY_NAMES = Set.of(
            CONFIG_FILE,
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "tokenizer.model",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "merges.txt",
            "chat_template.jinja",
            "LICENSE",
            "LICENSE.txt",
            "LICENSE.md",
            "NOTICE",
            "NOTICE.txt");

    private final Path directory;
    private final List<SafetensorsFile> files = new ArrayList<>();
    private final Map<String, SafetensorsFile> fileOf = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final ModelConfiguration configuration;
    private final ModelStructure structure;

    private HuggingFaceDirectory(Path directory) throws IOException {
        this.directory = directory;
        this.configuration = ModelConfiguration.parse(read(CONFIG_FILE, MAX_CONFIG_BYTES));
        this.structure = ModelStructure.of(configuration);
        try {
            openWeights();
            requireNoProblems();
            leaveOutIgnoredTensors();
            problems.addAll(structure.check(this));
            requireNoProblems();
        } catch (IOException | RuntimeException failed) {
            close();
            throw failed;
        }
    }

    /**
     * Opens a directory.
     *
     * @throws io.finemesh.checkpoint.model.ModelConfigurationException if config.json is not a supported model
     * @throws ModelDirectoryException if the directory is incomplete, inconsistent or unsafe
     * @throws SafetensorsException if a weight file is not valid; the message names the file
     * @throws IOException if a file cannot be read
     */
    public static HuggingFaceDirectory open(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new ModelDirectoryException(List.of(
                    new Problem(directory.toString(), "no directory", "a directory with config.json and weights")));
        }
        return new HuggingFaceDirectory(directory.toRealPath());
    }

    private void openWeights() throws IOException {
        boolean single = Files.exists(directory.resolve(SINGLE_FILE));
        boolean sharded = Files.exists(directory.resolve(ShardIndex.FILE_NAME));
        if (single && sharded) {
            problems.add(new Problem(
                    SINGLE_FILE + " and " + ShardIndex.FILE_NAME,
                    "both",
                    "one of them; delete the one that an earlier save left behind"));
        } else if (single) {
            openFile(SINGLE_FILE).ifPresent(file -> file.tensors().forEach(tensor -> fileOf.put(tensor.name(), file)));
        } else if (sharded) {
            openShards(ShardIndex.parse(read(ShardIndex.FILE_NAME, ShardIndex.MAX_JSON_BYTES)));
        } else {
            problems.add(new Problem(
                    "weights",
                    "neither " + SINGLE_FILE + " nor " + ShardIndex.FILE_NAME,
                    "safetensors weights; other formats (.bin, .pth, .gguf) must be converted first"));
        }
    }

    private void openShards(ShardIndex index) throws IOException {
        Map<String, SafetensorsFile> opened = new TreeMap<>();
        for (String shard : index.shards()) {
            openFile(shard).ifPresent(file -> opened.put(shard, file));
        }
        long bytes = 0;
        for (Map.Entry<String, SafetensorsFile> shard : opened.entrySet()) {
            for (TensorInfo tensor : shard.getValue().tensors()) {
                bytes = Math.addExact(bytes, tensor.byteCount());
                String mapped = index.shardOf().get(tensor.name());
                if (!shard.getKey().equals(mapped)) {
                    problems.add(new Problem(
                            tensor.name(),
                            "a tensor in " + shard.getKey(),
                            mapped == null ? "only tensors listed in weight_map" : "in " + mapped + " only"));
                }
            }
        }
        index.shardOf().forEach((tensor, shard) -> {
            SafetensorsFile file = opened.get(shard);
            if (file != null && file.find(tensor).isEmpty()) {
                problems.add(new Problem(tensor, "no such tensor in " + shard, "the tensor that weight_map promises"));
            } else if (file != null) {
                fileOf.put(tensor, file);
            }
        });
        long present = bytes;
        index.totalBytes().ifPresent(claimed -> {
            if (claimed != present) {
                notes.add(ShardIndex.FILE_NAME + " says total_size " + claimed + ", the tensors have " + present
                        + " bytes");
            }
        });
    }

    private Optional<SafetensorsFile> openFile(String name) throws IOException {
        Optional<Path> path = inside(name);
        if (path.isEmpty()) {
            return Optional.empty();
        }
        try {
            SafetensorsFile file = SafetensorsFile.open(path.get());
            files.add(file);
            return Optional.of(file);
        } catch (SafetensorsException invalid) {
            throw invalid.inFile(name);
        }
    }

    /** The file with its links resolved, or empty with a problem noted when it is missing or leaves the directory. */
    private Optional<Path> inside(String name) throws IOException {
        Path path = directory.resolve(name);
        if (!Files.exists(path)) {
            problems.add(new Problem(name, "no such file", "a file in the directory"));
            return Optional.empty();
        }
        Path real = path.toRealPath();
        if (!real.startsWith(directory)) {
            problems.add(new Problem(
                    name,
                    "a link that leaves the directory",
                    "a file; copy the directory with links resolved (cp -rL)"));
            return Optional.empty();
        }
        if (!Files.isRegularFile(real)) {
            problems.add(new Problem(name, "not a regular file", "a file in the directory"));
            return Optional.empty();
        }
        return Optional.of(real);
    }

    private byte[] read(String name, int mostBytes) throws IOException {
        Optional<Path> path = inside(name);
        requireNoProblems();
        long size = Files.size(path.orElseThrow());
        if (size > mostBytes) {
            problems.add(new Problem(name, size + " bytes", "at most " + mostBytes));
            requireNoProblems();
        }
        return Files.readAllBytes(path.orElseThrow());
    }

    private void leaveOutIgnoredTensors() {
        fileOf.keySet().removeIf(name -> {
            boolean ignored =
                    configuration.family().ignoredTensors().matcher(name).matches()
                            && structure.find(name).isEmpty();
            if (ignored) {
                notes.add(name + " is computed, not loaded; ignored");
            }
            return ignored;
        });
        if (!configuration.tiedEmbeddings()) {
            return;
        }
        String head = configuration.family().names().of(TensorRole.OUTPUT_HEAD);
        ExpectedTensor embedding =
                structure.tensorsOf(new ParameterGroup.Embedding()).getFirst();
        if (!fileOf.containsKey(head) || !fileOf.containsKey(embedding.name())) {
            return;
        }
        TensorInfo one = find(head).orElseThrow();
        TensorInfo other = find(embedding.name()).orElseThrow();
        if (one.dtype() == other.dtype()
                && one.shape().equals(other.shape())
                && bytes(head).mismatch(bytes(embedding.name())) < 0) {
            fileOf.remove(head);
            notes.add(head + " equals " + embedding.name() + ", to which config.json ties it; left out");
        } else {
            problems.add(new Problem(
                    head,
                    "values that differ from " + embedding.name() + " although tie_word_embeddings is true",
                    "no " + head + ", or tie_word_embeddings false"));
        }
    }

    private void requireNoProblems() throws ModelDirectoryException {
        if (!problems.isEmpty()) {
            throw new ModelDirectoryException(problems);
        }
    }

    /** The parsed config.json. */
    public ModelConfiguration configuration() {
        return configuration;
    }

    /** The tensors the configuration implies. */
    public ModelStructure structure() {
        return structure;
    }

    /** Harmless oddities a person may want to know, one per line. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /**
     * The files that belong to the model beside its weights, by name: configuration, tokenizer, chat template, licence. Other
     * files of the directory are not part of the model.
     *
     * @throws ModelDirectoryException if one of them is a link that leaves the directory
     */
    public Map<String, Path> auxiliaryFiles() throws IOException {
        Map<String, Path> found = new TreeMap<>();
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path entry : entries.toList()) {
                String name = entry.getFileName().toString();
                if (AUXILIARY_NAMES.contains(name)) {
                    inside(name).ifPresent(path -> found.put(name, path));
                }
            }
        }
        requireNoProblems();
        return Collections.unmodifiableMap(found);
    }

    /** The model's tensors, in a stable order; offsets are those within each tensor's own file. */
    @Override
    public List<TensorInfo> tensors() {
        return fileOf.entrySet().stream()
                .map(entry -> entry.getValue().find(entry.getKey()).orElseThrow())
                .toList();
    }

    @Override
    public Optional<TensorInfo> find(String name) {
        return Optional.ofNullable(fileOf.get(name)).flatMap(file -> file.find(name));
    }

    @Override
    public MemorySegment bytes(String name) {
        SafetensorsFile file = fileOf.get(name);
        if (file == null) {
            throw new IllegalArgumentException("no tensor named '" + name + "'");
        }
        return file.bytes(name);
    }

    /** Unmaps every file; segments handed out become unusable. */
    @Override
    public void close() {
        files.forEach(SafetensorsFile::close);
        files.clear();
    }
}
