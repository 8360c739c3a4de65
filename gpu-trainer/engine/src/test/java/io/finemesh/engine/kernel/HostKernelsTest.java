package io.finemesh.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.engine.kernel.HostKernels.Order;
import io.finemesh.engine.model.TinyModel;
import io.finemesh.engine.tensor.Backend;
import io.finemesh.engine.tensor.TensorScope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The text that runs on devices, run on the host: what it computes, and that a wrong one is caught. */
class HostKernelsTest {
    private static final TensorOptions FLOATS = floats();
    private static HostKernels host;

    @TempDir
    static Path folder;

    private TensorScope scope;

    private static TensorOptions floats() {
        Backend.start(TinyModel.THREADS);
        return new TensorOptions(ScalarType.Float);
    }

    @BeforeAll
    static void build() throws Exception {
        host = HostKernels.build(
                Files.createDirectory(folder.resolve("good")), text -> text, Order.FORWARD, 20_260_101);
    }

    @BeforeEach
    void open() {
        scope = TensorScope.open("test");
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void everyKernelComputesWhatItsCompositionComputes() {
        for (Order order : Order.values()) {
            assertThat(verdicts(host.in(order)))
                    .as("threads %s", order)
                    .hasSize(3)
                    .allSatisfy(verdict ->
                            assertThat(verdict).as(verdict.summary()).isInstanceOf(KernelVerdict.Trusted.class));
        }
    }

    @Test
    void aWrongKernelIsSwitchedOffAndTheOthersStay() throws Exception {
        record Fault(String function, String from, String to) {}
        List<Fault> faults = List.of(
                new Fault("adam_8bit_step", "moved * keep;", "moved;"),
                new Fault("adam_8bit_step", "return code - 1;", "return code;"),
                new Fault(
                        "adam_8bit_step",
                        "sqrtf(variance) + denominator_epsilon",
                        "sqrtf(variance + denominator_epsilon)"),
                new Fault("adam_8bit_step", "half > 0; half /= 2", "half > 1; half /= 2"),
                new Fault("project", "+= scale * sum", "= scale * sum"),
                new Fault("project_back_update", "+ step * sum) * keep", "* keep + step * sum)"));
        for (int index = 0; index < faults.size(); index++) {
            Fault fault = faults.get(index);
            HostKernels broken = HostKernels.build(
                    Files.createDirectory(folder.resolve("fault-" + index)),
                    text -> text.replace(fault.from(), fault.to()),
                    Order.FORWARD,
                    1);
            List<KernelVerdict> verdicts = verdicts(broken);
            assertThat(verdicts)
                    .as("%s", fault)
                    .filteredOn(KernelVerdict.Mismatch.class::isInstance)
                    .extracting(KernelVerdict::function)
                    .containsExactly(fault.function());
            assertThat(CudaKernels.trustedAmong(verdicts)).hasSize(2).doesNotContain(fault.function());
        }
    }

    @Test
    void aBarrierThatNotAllThreadsMeetIsFound() throws Exception {
        HostKernels divergent = HostKernels.build(
                Files.createDirectory(folder.resolve("divergent")),
                text -> text.replace(
                        "    __syncthreads();\n\n    float mean", "    if (inside) __syncthreads();\n\n    float mean"),
                Order.FORWARD,
                1);
        assertThat(verdicts(divergent).getFirst())
                .isInstanceOfSatisfying(KernelVerdict.Unavailable.class, verdict -> assertThat(verdict.reason())
                        .contains("different barriers"));
    }

    @Test
    void anElementWithoutAGradientKeepsItsWeight() {
        Tensor weights = torch.ones(new long[] {300}, FLOATS);
        Tensor gradient = torch.ones(new long[] {300}, FLOATS);
        gradient.narrow(0, 7, 1).fill_(new Scalar(Float.NaN));
        gradient.narrow(0, 270, 1).fill_(new Scalar(Float.POSITIVE_INFINITY));
        CodeMaps maps = DynamicMaps.onHost();
        MomentCodes moments = DynamicMaps.zeroMoments(300);
        new FusedKernels(host)
                .adam8Step(
                        weights,
                        gradient,
                        moments,
                        maps.signed(),
                        maps.unsigned(),
                        AdamStep.of(1, 0.1, 0.9, 0.999, 1e-8, 0, 1));
        assertThat(weights.narrow(0, 7, 1).item_float()).isEqualTo(1);
        assertThat(weights.narrow(0, 270, 1).item_float()).isEqualTo(1);
        assertThat(weights.lt(new Scalar(1)).sum().item_long()).isEqualTo(298);
        assertThat(moments.meanScales().isfinite().all().item_bool()).isTrue();
    }

    @Test
    void tensorsThatDoNotFitAreRefusedBeforeALaunch() {
        FusedKernels kernels = new FusedKernels(call -> {
            throw new AssertionError("launched " + call);
        });
        Tensor low = torch.zeros(new long[] {2, 3}, FLOATS);
        Tensor left = torch.zeros(new long[] {2, 4}, FLOATS);
        Tensor right = torch.zeros(new long[] {5, 3}, FLOATS);
        assertThatThrownBy(() -> kernels.project(low, left, right, 1))
                .hasMessageContaining("[2, 3] of [2, 4] times [5, 3]");
        Tensor doubles = torch.zeros(new long[] {4, 3}, new TensorOptions(ScalarType.Double));
        assertThatThrownBy(() -> kernels.project(low, left, doubles, 1))
                .hasMessageContaining("must be Float, got Double");
        Tensor gaps = torch.zeros(new long[] {3, 2}, FLOATS).t();
        Tensor fits = torch.zeros(new long[] {4, 3}, FLOATS);
        assertThatThrownBy(() -> kernels.project(gaps, left, fits, 1)).hasMessageContaining("with gaps");
        MomentCodes short_ = DynamicMaps.zeroMoments(5);
        CodeMaps maps = DynamicMaps.onHost();
        assertThatThrownBy(() -> kernels.adam8Step(
                        low, low, short_, maps.signed(), maps.unsigned(), AdamStep.of(1, 1, 0.9, 0.9, 1, 0, 1)))
                .hasMessageContaining("codes of means must be 6 contiguous elements");
    }

    private static List<KernelVerdict> verdicts(HostKernels launcher) {
        return new KernelSelfTest(new FusedKernels(launcher), DynamicMaps.onHost(), FLOATS).run();
    }
}
