package io.finemesh.engine.kernel;

import io.finemesh.engine.optim.moment.DynamicMap;
import io.finemesh.engine.tensor.TensorBytes;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The code maps of training as tensors on the host, and moments that are zero. */
final class DynamicMaps {
    private DynamicMaps() {}

    static CodeMaps onHost() {
        return new CodeMaps(tensor(DynamicMap.SIGNED), tensor(DynamicMap.UNSIGNED), DynamicMap.SIGNED.zero());
    }

    static MomentCodes zeroMoments(long count) {
        TensorOptions bytes = new TensorOptions(ScalarType.Byte);
        TensorOptions floats = new TensorOptions(ScalarType.Float);
        long blocks = (count + 255) / 256;
        return new MomentCodes(
                torch.full(new long[] {count}, new Scalar(DynamicMap.SIGNED.zero()), bytes),
                torch.zeros(new long[] {count}, bytes),
                torch.zeros(new long[] {blocks}, floats),
                torch.zeros(new long[] {blocks}, floats));
    }

    private static Tensor tensor(DynamicMap map) {
        return TensorBytes.floats(map.levels(), DynamicMap.CODES);
    }
}
