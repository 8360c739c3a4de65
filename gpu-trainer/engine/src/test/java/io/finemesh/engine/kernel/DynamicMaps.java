package io.finemesh.engine.kernel;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Code maps of the shape used in training: seven decades, finer towards the top of each (arXiv 2110.02861, dynamic tree quantisation). */
final class DynamicMaps {
    private DynamicMaps() {}

    static CodeMaps onHost() {
        List<Float> signed = values(true);
        return new CodeMaps(tensor(signed), tensor(values(false)), signed.indexOf(0f));
    }

    static QuantisedMoments zeroMoments(long count) {
        TensorOptions bytes = new TensorOptions(ScalarType.Byte);
        TensorOptions floats = new TensorOptions(ScalarType.Float);
        long blocks = (count + 255) / 256;
        return new QuantisedMoments(
                torch.full(new long[] {count}, new Scalar(onHost().signedZero()), bytes),
                torch.zeros(new long[] {count}, bytes),
                torch.zeros(new long[] {blocks}, floats),
                torch.zeros(new long[] {blocks}, floats));
    }

    private static List<Float> values(boolean signed) {
        List<Float> values = new ArrayList<>(List.of(0f, 1f));
        for (int decade = 0; decade < 7; decade++) {
            int intervals = 1 << (signed ? decade : decade + 1);
            for (int index = 0; index < intervals; index++) {
                float middle = (float) ((0.1 + 0.9 * (index + 0.5) / intervals) * Math.pow(10, decade - 6));
                values.add(middle);
                if (signed) {
                    values.add(-middle);
                }
            }
        }
        Collections.sort(values);
        return values;
    }

    private static Tensor tensor(List<Float> values) {
        float[] array = new float[values.size()];
        for (int index = 0; index < array.length; index++) {
            array[index] = values.get(index);
        }
        return torch.from_blob(new FloatPointer(array), new long[] {array.length})
                .clone();
    }
}
