package io.finemesh.engine.optim.moment;

import io.finemesh.engine.tensor.TensorBytes;
import io.finemesh.engine.tensor.TensorScope;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The nearest codes of a {@link DynamicMap} by one look-up and one comparison per value, instead of a search among 255 midpoints (five times faster, by {@code EngineBenchmarks}).
 *
 * <p>The upper half of a 32-bit float (sign, exponent, seven bits of mantissa) names an interval so narrow that at most one midpoint lies in it, which is
 * checked when the table is made. The table holds the number of midpoints below the interval; comparing the value with the next midpoint decides the rest.
 * So the code is that of the search, for every value.
 */
final class NearestCode {
    private static final int INTERVALS = 1 << Short.SIZE;
    private static final Map<DynamicMap, NearestCode> SHARED = new EnumMap<>(DynamicMap.class);

    private final Tensor below; // [65536] 32-bit integers, by the upper half of a float as a signed number plus 32768
    private final Tensor next; // [256] 32-bit floats: the midpoints, then infinity

    private NearestCode(DynamicMap map) {
        float[] midpoints = map.midpoints();
        try (TensorScope _ = TensorScope.open("table of codes")) {
            this.below = TensorScope.own(TensorBytes.indices(counts(midpoints)).to(ScalarType.Int));
        }
        float[] upper = Arrays.copyOf(midpoints, DynamicMap.CODES);
        upper[DynamicMap.CODES - 1] = Float.POSITIVE_INFINITY;
        this.next = TensorScope.own(TensorBytes.floats(upper, DynamicMap.CODES));
    }

    /** Shared by all vectors of a map, for as long as the process lives. */
    static synchronized NearestCode of(DynamicMap map) {
        return SHARED.computeIfAbsent(map, NearestCode::new);
    }

    /**
     * How many midpoints lie below each value, in the innermost scope.
     *
     * @param values [n] 32-bit floats, contiguous and finite
     * @return [n] 32-bit integers from 0 to 255
     */
    Tensor codes(Tensor values) {
        try (TensorScope scope = TensorScope.open("nearest codes")) {
            Tensor interval = values.view(ScalarType.Int).__rshift__(new Scalar(Short.SIZE));
            interval.add_(new Scalar(-Short.MIN_VALUE));
            Tensor codes = below.index_select(0, interval);
            codes.add_(values.gt(next.index_select(0, codes)));
            return scope.keep(codes);
        }
    }

    private static int[] counts(float[] midpoints) {
        int[] counts = new int[INTERVALS];
        for (int upper = Short.MIN_VALUE; upper <= Short.MAX_VALUE; upper++) {
            float nearZero = Float.intBitsToFloat(upper << Short.SIZE);
            float farFromZero = Float.intBitsToFloat((upper << Short.SIZE) | 0xFFFF);
            // Sums of moments are finite; what is not is put beside the largest numbers of its sign.
            float lowest = upper < 0 ? farFromZero : nearZero;
            float highest = upper < 0 ? nearZero : farFromZero;
            if (!Float.isFinite(lowest) || !Float.isFinite(highest)) {
                counts[upper - Short.MIN_VALUE] = upper < 0 ? 0 : midpoints.length;
                continue;
            }
            int found = 0;
            int inside = 0;
            for (float midpoint : midpoints) {
                found += midpoint < lowest ? 1 : 0;
                inside += midpoint >= lowest && midpoint < highest ? 1 : 0;
            }
            if (inside > 1) {
                throw new IllegalStateException(inside + " midpoints between " + lowest + " and " + highest
                        + "; one look-up and one comparison cannot tell their codes apart");
            }
            counts[upper - Short.MIN_VALUE] = found;
        }
        return counts;
    }
}
