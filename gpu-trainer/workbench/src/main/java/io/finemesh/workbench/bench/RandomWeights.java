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

/** Weights of a model nobody trained: seeded normal numbers with deviation 0.02, ones in norms. One tensor exists at a time. */
final class RandomWeights implements TensorSource, AutoCloseable {
    private static final double DEVIATION = 0.02;

    private final Map<String, ExpectedTensor> expected = new LinkedHashMap<>();
    private final Dtype dtype;
    private final long seed;
    private Arena latest = Arena.ofConfined();

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
        latest = Arena.ofConfined();
        MemorySegment bytes = latest.allocate(TensorInfo.byteCount(dtype, tensor.shape()));
        SplittableRandom random = new SplittableRandom(seed ^ name.hashCode());
        for (long index = 0; index < tensor.elementCount(); index++) {
            float value = tensor.role().isNorm() ? 1 : (float) (DEVIATION * random.nextGaussian());
            if (dtype == Dtype.BF16) {
                bytes.setAtIndex(ValueLayout.JAVA_SHORT, index, (short) (Float.floatToRawIntBits(value) >>> 16));
            } else {
                bytes.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
            }
        }
        return bytes;
    }

    @Override
    public void close() {
        latest.close();
    }
}
