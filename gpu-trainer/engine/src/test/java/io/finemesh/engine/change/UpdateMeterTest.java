package io.finemesh.engine.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.checkpoint.change.Comparison;
import io.finemesh.checkpoint.change.Finding;
import io.finemesh.checkpoint.change.Spectrum;
import io.finemesh.checkpoint.change.TensorChange;
import io.finemesh.checkpoint.safetensors.Dtype;
import io.finemesh.checkpoint.safetensors.TensorData;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.TensorScope;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UpdateMeterTest {
    private static final double ROUNDING = 1e-12;

    @BeforeAll
    static void startBackend() {
        Backend.start(TinyModel.THREADS);
    }

    @Test
    void anUpdateThatIsAnOuterProductHasOneDirection() {
        // Whole numbers: base and update are exact, and so is their difference.
        TensorChange.Changed change =
                changed(new UpdateMeter(), matrix(6, 4, i -> i), matrix(6, 4, i -> i + (i / 4 + 1) * (i % 4 - 1.0)));

        Spectrum spectrum = change.spectrum().orElseThrow();
        assertThat(spectrum.fullRank()).isEqualTo(4);
        assertThat(spectrum.effectiveRank()).isCloseTo(1, within(ROUNDING));
        assertThat(spectrum.rankOfNinety()).isEqualTo(1);
        assertThat(spectrum.explained())
                .allSatisfy(point -> assertThat(point.share()).isCloseTo(1, within(ROUNDING)));
        // |u| |v| with u = 1..6 and v = -1..2.
        assertThat(change.norm()).isCloseTo(Math.sqrt(91 * 6), within(ROUNDING));
        assertThat(change.largest()).isEqualTo(12);
    }

    @Test
    void anUpdateByAMultipleOfTheIdentityHasAllDirectionsAlike() {
        TensorChange.Changed change = changed(
                new UpdateMeter(), matrix(10, 10, i -> i % 7), matrix(10, 10, i -> i % 7 + (i % 11 == 0 ? 0.5 : 0)));

        Spectrum spectrum = change.spectrum().orElseThrow();
        assertThat(spectrum.effectiveRank()).isCloseTo(10, within(1e-9));
        assertThat(spectrum.rankOfNinety()).isEqualTo(9);
        assertThat(spectrum.explained()).extracting(Spectrum.Explained::values).containsExactly(1, 2, 4, 8, 10);
        assertThat(spectrum.explained().get(2).share()).isCloseTo(0.4, within(ROUNDING));
        assertThat(change.norm()).isCloseTo(Math.sqrt(10 * 0.25), within(ROUNDING));
    }

    @Test
    void agreesWithNumpyOnClosedFormMatrices() throws IOException {
        try (InputStream stream = UpdateMeterTest.class.getResourceAsStream("/update_goldens.json")) {
            for (JsonNode golden : new ObjectMapper().readTree(stream)) {
                int rows = golden.get("rows").intValue();
                int columns = golden.get("columns").intValue();
                Dtype dtype = Dtype.valueOf(golden.get("dtype").textValue());
                TensorData base = closedForm(rows, columns, dtype);
                TensorData now = trained(rows, columns, golden.get("rank").intValue(), dtype);

                TensorChange.Changed change = changed(new UpdateMeter(), base, now);

                String what = golden.toString();
                assertThat(change.norm()).as(what).isCloseTo(golden.get("norm").doubleValue(), within(ROUNDING));
                assertThat(change.baseNorm())
                        .as(what)
                        .isCloseTo(golden.get("baseNorm").doubleValue(), within(ROUNDING));
                assertThat(change.largest())
                        .as(what)
                        .isEqualTo(golden.get("largest").doubleValue());
                Spectrum spectrum = change.spectrum().orElseThrow();
                int order = Math.min(rows, columns);
                double unseen = Math.sqrt(order * Math.ulp(1.0));
                double bound = order * unseen * Math.log(1 / unseen); // as UpdateMeter states it
                assertThat(Math.log(spectrum.effectiveRank()
                                / golden.get("effectiveRank").doubleValue()))
                        .as(what)
                        .isCloseTo(0, within(bound));
                assertThat(spectrum.rankOfNinety())
                        .as(what)
                        .isEqualTo(golden.get("rankOfNinety").intValue());
                for (Spectrum.Explained point : spectrum.explained()) {
                    if (point.values() < order) {
                        assertThat(point.share())
                                .as(what)
                                .isCloseTo(
                                        golden.at("/explained/" + point.values())
                                                .doubleValue(),
                                        within(order * order * Math.ulp(1.0)));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 24, 100})
    void slabsOfAnySizeGiveTheSame(int slabElements) {
        for (int[] shape : new int[][] {{40, 24}, {24, 40}, {1, 50}, {50, 1}}) {
            TensorData base = closedForm(shape[0], shape[1], Dtype.F32);
            TensorData now = trained(shape[0], shape[1], 0, Dtype.F32);

            TensorChange.Changed whole = changed(new UpdateMeter(), base, now);
            TensorChange.Changed inSlabs = changed(new UpdateMeter(slabElements), base, now);

            assertThat(inSlabs.norm()).isCloseTo(whole.norm(), within(ROUNDING));
            assertThat(inSlabs.largest()).isEqualTo(whole.largest());
            assertThat(inSlabs.spectrum().orElseThrow().effectiveRank())
                    .isCloseTo(whole.spectrum().orElseThrow().effectiveRank(), within(1e-9));
        }
    }

    @Test
    void vectorsAndCubesHaveNormsOnly() {
        for (List<Long> shape : List.of(List.of(24L), List.of(2L, 3L, 4L), List.of(24L, 1L, 1L))) {
            TensorChange.Changed change =
                    changed(new UpdateMeter(5), tensor(shape, i -> i), tensor(shape, i -> i + 0.5));

            assertThat(change.spectrum()).isEmpty();
            assertThat(change.norm()).isCloseTo(Math.sqrt(24 * 0.25), within(ROUNDING));
            assertThat(change.shape()).isEqualTo(shape);
        }
        TensorChange.Changed scalar = changed(new UpdateMeter(), tensor(List.of(), _ -> 3), tensor(List.of(), _ -> 1));
        assertThat(scalar.norm()).isEqualTo(2);
    }

    @Test
    void whatIsNotANumberIsFoundAndCounted() {
        TensorChange change = new UpdateMeter(8)
                .measure(
                        matrix(5, 4, i -> i == 3 ? Double.POSITIVE_INFINITY : i),
                        matrix(5, 4, i -> i == 2 || i == 19 ? Double.NaN : i));

        assertThat(change)
                .isEqualTo(new TensorChange.NotComparable(
                        "w",
                        Finding.NOT_FINITE,
                        "2 of 20 elements in the checkpoint and 1 in the base are not finite numbers"));
    }

    @Test
    void typesThatAreNoFloatsAreFoundWhereTheirBytesDiffer() {
        TensorData base = new TensorData("w", Dtype.I8, List.of(2L), MemorySegment.ofArray(new byte[] {1, 2}));
        TensorData other = new TensorData("w", Dtype.I8, List.of(2L), MemorySegment.ofArray(new byte[] {1, 3}));
        Comparison comparison = new Comparison(new UpdateMeter());

        assertThat(comparison.compare(base, base)).isEqualTo(new TensorChange.Unchanged("w", List.of(2L)));
        assertThat(comparison.compare(base, other))
                .isInstanceOfSatisfying(TensorChange.NotComparable.class, found -> assertThat(found.finding())
                        .isEqualTo(Finding.UNSUPPORTED_TYPE));
    }

    @Test
    void anotherSpellingOfTheSameValuesIsAChangeOfNorm0() {
        TensorChange.Changed zeros = changed(new UpdateMeter(), matrix(2, 2, _ -> 0.0), matrix(2, 2, _ -> -0.0));
        assertThat(zeros.norm()).isZero();
        assertThat(zeros.relativeNorm()).isEmpty();
        assertThat(zeros.spectrum()).isEmpty();

        TensorChange.Changed wider =
                changed(new UpdateMeter(), closedForm(3, 5, Dtype.BF16), widened(closedForm(3, 5, Dtype.BF16)));
        assertThat(wider.norm()).isZero();
        assertThat(wider.baseDtype()).isEqualTo(Dtype.BF16);
        assertThat(wider.dtype()).isEqualTo(Dtype.F32);
    }

    @Test
    void emptyMatricesChangeNothing() {
        for (List<Long> shape : List.of(List.of(0L, 5L), List.of(5L, 0L), List.of(0L))) {
            TensorData empty = tensor(shape, i -> i);
            assertThat(changed(new UpdateMeter(), empty, empty).norm()).isZero();
        }
    }

    @Test
    void differentShapesAreRefused() {
        assertThatThrownBy(() -> new UpdateMeter().measure(matrix(2, 3, i -> i), matrix(3, 2, i -> i)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[2, 3]")
                .hasMessageContaining("[3, 2]");
    }

    @Test
    void noNativeMemoryIsLeft() {
        TensorData base = closedForm(20, 30, Dtype.F32);
        TensorData now = trained(20, 30, 2, Dtype.F32);
        var _ = new UpdateMeter(50).measure(base, now);
        long before = TensorScope.livePointers();
        var _ = new UpdateMeter(50).measure(base, now);
        assertThat(TensorScope.livePointers()).isEqualTo(before);
    }

    private static TensorChange.Changed changed(UpdateMeter meter, TensorData base, TensorData now) {
        return (TensorChange.Changed) meter.measure(base, now);
    }

    private static TensorData matrix(long rows, long columns, IntToDoubleFunction values) {
        return tensor(List.of(rows, columns), values);
    }

    private static TensorData tensor(List<Long> shape, IntToDoubleFunction values) {
        return tensor(shape, Dtype.F32, values);
    }

    private static TensorData tensor(List<Long> shape, Dtype dtype, IntToDoubleFunction values) {
        int count = Math.toIntExact(shape.stream().reduce(1L, (one, other) -> one * other));
        int width = dtype.bits() / Byte.SIZE;
        ByteBuffer bytes = ByteBuffer.allocate(count * width).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            float value = (float) values.applyAsDouble(i);
            if (dtype == Dtype.F32) {
                bytes.putFloat(value);
            } else {
                bytes.putShort((short) (Float.floatToRawIntBits(value) >>> Short.SIZE));
            }
        }
        return new TensorData("w", dtype, shape, MemorySegment.ofArray(bytes.array()));
    }

    private static TensorData closedForm(int rows, int columns, Dtype dtype) {
        return tensor(List.of((long) rows, (long) columns), dtype, i -> noise(i, 1));
    }

    /** As update_goldens.py does it. */
    private static TensorData trained(int rows, int columns, int rank, Dtype dtype) {
        return tensor(List.of((long) rows, (long) columns), dtype, i -> {
            double step = rank == 0 ? noise(i, 2) : 0;
            for (int r = 0; r < rank; r++) {
                step += noise(i / columns, 10 + r) * noise(i % columns, 20 + r) / (r + 1);
            }
            return stored(noise(i, 1), dtype) + 0.125 * step;
        });
    }

    private static float stored(double value, Dtype dtype) {
        float narrow = (float) value;
        return dtype == Dtype.F32 ? narrow : Float.intBitsToFloat(Float.floatToRawIntBits(narrow) & 0xFFFF0000);
    }

    private static TensorData widened(TensorData bf16) {
        return tensor(bf16.shape(), Dtype.F32, i -> stored(noise(i, 1), Dtype.BF16));
    }

    private static double noise(int index, int seed) {
        int x = (int) (index * 0x9E3779B1L + seed);
        x = (x ^ (x >>> 16)) * 0x85EBCA6B;
        x = (x ^ (x >>> 13)) * 0xC2B2AE35;
        x ^= x >>> 16;
        return (x >>> 16) / 65536.0 - 0.5;
    }
}
