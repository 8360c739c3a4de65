package io.finemesh.checkpoint.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.checkpoint.json.JsonException;
import io.finemesh.checkpoint.safetensors.Dtype;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class UpdateReportTest {
    private static final TensorChange.Changed MATRIX = new TensorChange.Changed(
            "model.layers.0.mlp.up_proj.weight",
            List.of(4L, 3L),
            Dtype.F32,
            Dtype.F32,
            0.3,
            6,
            0.1,
            Optional.of(Spectrum.of(new double[] {2, 1, 1})));
    private static final TensorChange.Changed VECTOR = new TensorChange.Changed(
            "model.norm.weight", List.of(3L), Dtype.BF16, Dtype.F32, 0.4, 8, 0.2, Optional.empty());
    private static final TensorChange.Unchanged SAME = new TensorChange.Unchanged("model.embed", List.of(9L, 3L));
    private static final TensorChange.NotComparable BROKEN =
            new TensorChange.NotComparable("w", Finding.NOT_FINITE, "1 of 9");
    private static final TensorChange.NotComparable TIED =
            new TensorChange.NotComparable("lm_head.weight", Finding.TIED, "tied to the embedding in the base");

    @Test
    void theVerdictIsAboutAllTensors() {
        assertThat(report(SAME, MATRIX).verdict()).isEqualTo(UpdateReport.Verdict.CHANGED);
        assertThat(report(SAME).verdict()).isEqualTo(UpdateReport.Verdict.UNCHANGED);
        assertThat(report(SAME, MATRIX, BROKEN).verdict()).isEqualTo(UpdateReport.Verdict.DOUBTFUL);
        assertThat(report(MATRIX, TIED).verdict())
                .as("a tied head is the embedding's change")
                .isEqualTo(UpdateReport.Verdict.CHANGED);
        assertThat(report(SAME, TIED).verdict())
                .as("a head of its own may be all that changed")
                .isEqualTo(UpdateReport.Verdict.DOUBTFUL);
    }

    @Test
    void totalsAreOfWhatChanged() {
        UpdateReport report = report(SAME, MATRIX, VECTOR);

        assertThat(report.norm()).isCloseTo(0.5, within(1e-15));
        assertThat(report.relativeNorm()).hasValueCloseTo(0.05, within(1e-15));
        assertThat(report.meanEffectiveRank()).hasValueCloseTo(Math.pow(2, 1.5) / 3, within(1e-14));
        assertThat(report.meanRankOfNinety()).hasValue(1);
        assertThat(report(SAME).relativeNorm()).isEmpty();
        assertThat(report(VECTOR).meanEffectiveRank()).isEmpty();
    }

    @Test
    void jsonGivesTheSameReportBack() throws Exception {
        UpdateReport report = report(SAME, MATRIX, VECTOR, BROKEN, TIED);

        JsonNode written = new ObjectMapper().readTree(ReportJson.of(report).toString());

        assertThat(ReportJson.report(written)).isEqualTo(report);
        assertThat(written.path("verdict").textValue()).isEqualTo("doubtful");
        assertThat(written.at("/totals/changed").intValue()).isEqualTo(2);
        assertThat(written.at("/tensors/1/spectrum/explainedVariance/0/share").doubleValue())
                .isCloseTo(4.0 / 6, within(1e-15));
    }

    @Test
    void whatIsNoReportIsRefusedInWords() throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        assertThatThrownBy(() -> ReportJson.report(mapper.readTree("{}")))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining("base");
        for (String field : List.of("outcome", "dtype", "norm")) {
            ObjectNode tensor = ReportJson.of(MATRIX);
            tensor.remove(field);
            assertThatThrownBy(() -> ReportJson.change(tensor))
                    .isInstanceOf(JsonException.class)
                    .hasMessageContaining(field);
        }
        assertThatThrownBy(() -> ReportJson.change(ReportJson.of(BROKEN).put("finding", "odd")))
                .isInstanceOf(JsonException.class);
        assertThatThrownBy(() -> ReportJson.change(ReportJson.of(SAME).put("outcome", "odd")))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining("odd");
    }

    @Test
    void peopleSeeWhatChangedWhatDidNotAndTheVerdict() {
        String text = ReportText.of(report(SAME, MATRIX, VECTOR, TIED));

        assertThat(text.lines().toList().get(1))
                .matches(
                        "model\\.layers\\.0\\.mlp\\.up_proj\\.weight +4x3 +0\\.3000 +5\\.00e-02 +0\\.1000 +2\\.8 +3 +3 +66\\.7 %");
        assertThat(text)
                .contains("unchanged     model.embed")
                .contains("BF16>F32")
                .contains("not compared  lm_head.weight: tied, ")
                .contains("The weights changed: 2 of 4 tensors changed");
        assertThat(ReportText.of(report(SAME))).contains("did not change");
        assertThat(ReportText.of(report(BROKEN))).contains("no sound update");
    }

    @Test
    void manyUnchangedTensorsAreCountedAfterTheFirst() {
        UpdateReport report = report(IntStream.range(0, 20)
                .mapToObj(index -> new TensorChange.Unchanged("t" + index, List.of(1L)))
                .toArray(TensorChange[]::new));

        assertThat(ReportText.of(report)).contains("t11", "and 8 more").doesNotContain("t12");
    }

    @Test
    void tensorsArePairedByNameAndTheRestIsFound() {
        ModelSide base = new ModelSide(
                Stream.of("layers.10.w", "layers.9.w", "gone", "wide")
                        .map(name -> new TensorFacts(name, Dtype.F32, List.of(2L)))
                        .toList(),
                Optional.of("head"));
        ModelSide now = new ModelSide(
                List.of(
                        new TensorFacts("layers.9.w", Dtype.BF16, List.of(2L)),
                        new TensorFacts("layers.10.w", Dtype.F32, List.of(2L)),
                        new TensorFacts("wide", Dtype.F32, List.of(3L)),
                        new TensorFacts("head", Dtype.F32, List.of(3L)),
                        new TensorFacts("new", Dtype.F32, List.of(3L))),
                Optional.empty());

        List<TensorPairs.Pairing> pairings = TensorPairs.of(base, now);

        assertThat(pairings)
                .extracting(TensorPairs.Pairing::name)
                .containsExactly("gone", "head", "layers.9.w", "layers.10.w", "new", "wide");
        assertThat(pairings)
                .filteredOn(TensorPairs.Single.class::isInstance)
                .extracting(pairing -> ((TensorPairs.Single) pairing).change().finding())
                .containsExactly(Finding.MISSING, Finding.TIED, Finding.ADDED, Finding.SHAPE_DIFFERS);
    }

    private static UpdateReport report(TensorChange... tensors) {
        return new UpdateReport("ck-0", "ck-1", List.of(tensors));
    }
}
