package io.finemesh.workbench.bench;

import io.finemesh.checkpoint.model.ExpectedTensor;
import io.finemesh.checkpoint.model.ModelStructure;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.TensorInfo;
import io.finemesh.checkpoint.safetensors.TensorSource;
import io.finemesh.engine.tensor.Precision;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/** Weights of a model nobody trained: seeded uniform numbers with deviation 0.02, ones in norms. One tensor exists at a time. */
final class RandomWeights implements TensorSource, AutoCloseable {
    private static final long AT_A_TIME = 1 << 20;
    /** Uniform, with a standard deviation of 0.02. */
    private static final double HALF_WIDTH = 0.02 * Math.sqrt(3);

    private final Map<String, ExpectedTensor> expected = new LinkedHashMap<>();
    private final Dtype dtype;
    private final long seed;
    private Arena latest = Arena.ofShared();

    RandomWeights(ModelStructure structure, Precision precision, long seed) {
        structure.tensors().forEach(tensor -> expected.put(tensor.name(), tensor));
        this.dtype = precision.dtype();
        this.seed = seed;
    }

    @Override
    public List<TensorInfo> tensors() {
        return expected.values().stream().map(this::info).toList();
    }

    @Override
    public Optional<TensorInfo> find(String name) {
        return Optional.ofNullable(expected.get(name)).map(this::info);
    }

    private TensorInfo info(ExpectedTensor tensor) {
        return new TensorInfo(tensor.name(), dtype, tensor.shape(), 0, TensorInfo.byteCount(dtype, tensor.shape()));
    }

    /** The bytes of a tensor; those given before are gone. */
    @Override
    public MemorySegment bytes(String name) {
        ExpectedTensor tensor = expected.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("no tensor named '" + name + "'");
        }
        latest.close();
        latest = Arena.ofShared();
        MemorySegment bytes = latest.allocate(TensorInfo.byteCount(dtype, tensor.shape()));
        // Billions of numbers: every processor makes some, the same ones however many there are.
        LongStream.range(0, Math.ceilDiv(tensor.elementCount(), AT_A_TIME))
                .parallel()
                .forEach(part -> fill(bytes, tensor, part));
        return bytes;
    }

    private void fill(MemorySegment bytes, ExpectedTensor tensor, long part) {
        SplittableRandom random = new SplittableRandom(seed ^ tensor.name().hashCode() + 0x9e3779b97f4a7c15L * part);
        long end = Math.min((part + 1) * AT_A_TIME, tensor.elementCount());
        for (long index = part * AT_A_TIME; index < end; index++) {
            float value = tensor.role().isNorm() ? 1 : (float) (HALF_WIDTH * (2 * random.nextDouble() - 1));
            if (dtype == Dtype.BF16) {
                bytes.setAtIndex(ValueLayout.JAVA_SHORT, index, (short) (Float.floatToRawIntBits(value) >>> 16));
            } else {
                bytes.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
            }
        }
    }

    @Override
    public void close() {
        latest.close();
    }
}
