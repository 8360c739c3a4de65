package io.finemesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.checkpoint.change.ReportJson;
import io.finemesh.checkpoint.change.Spectrum;
import io.finemesh.checkpoint.change.TensorChange;
import io.finemesh.checkpoint.change.UpdateReport;
import io.finemesh.checkpoint.safetensors.Dtype;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReportCommandTest {
    private static final String RESULTS = "GET /v1/evaluations/ev-1/tasks/update_report/results";
    private static final TensorChange UNCHANGED = new TensorChange.Unchanged("model.norm.weight", List.of(4L));
    private static final TensorChange CHANGED = new TensorChange.Changed(
            "model.layers.0.mlp.up_proj.weight",
            List.of(4L, 3L),
            Dtype.F32,
            Dtype.F32,
            0.25,
            5,
            0.125,
            Optional.of(Spectrum.of(new double[] {1, 1, 1})));

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private FakeGateway gateway;

    @BeforeEach
    void open() throws Exception {
        gateway = new FakeGateway();
        gateway.on("POST /v1/evaluations", 202, "{\"id\":\"ev-1\"}");
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    private int finemesh(String... arguments) {
        return gateway.finemesh(out, err, arguments);
    }

    private void completed(TensorChange... tensors) {
        gateway.on("GET /v1/evaluations/ev-1", 200, "{\"state\":\"completed\"}");
        gateway.on(
                RESULTS,
                200,
                ReportJson.of(new UpdateReport("ck-0", "ck-1", List.of(tensors)))
                        .toString());
    }

    @Test
    void theReportOfACheckpointIsAskedForAndShown() {
        completed(UNCHANGED, CHANGED);

        assertThat(finemesh("report", "m@champion", "--against", "ck-0")).isZero();

        assertThat(gateway.requests().getFirst().body())
                .isEqualTo(
                        "{\"checkpoint\":\"m@champion\",\"against\":\"ck-0\",\"tasks\":[{\"task\":\"update_report\"}]}");
        assertThat(out.toString())
                .contains(
                        "model.layers.0.mlp.up_proj.weight", "unchanged     model.norm.weight", "The weights changed");
    }

    @Test
    void jsonIsTheReportAsItWasFiled() {
        completed(CHANGED);

        assertThat(finemesh("report", "m", "--json")).isZero();

        assertThat(gateway.requests().getFirst().body()).doesNotContain("against");
        assertThat(out.toString()).contains("\"verdict\" : \"changed\"", "\"explainedVariance\"");
    }

    @Test
    void weightsThatDidNotChangeAreNo() {
        completed(UNCHANGED);

        assertThat(finemesh("report", "m")).isEqualTo(1);
        assertThat(out.toString()).contains("did not change");
    }

    @Test
    void whatCannotBeReportedIsSaid() {
        gateway.on(
                "GET /v1/evaluations/ev-1",
                200,
                "{\"state\":\"failed\",\"failure\":{\"message\":\"checkpoint ck-1 was imported\"}}");

        assertThat(finemesh("report", "m")).isEqualTo(1);
        assertThat(err.toString()).contains("was imported");
    }

    @Test
    void anAnswerThatIsNoReportIsRefusedInALine() {
        gateway.on("GET /v1/evaluations/ev-1", 200, "{\"state\":\"completed\"}");
        gateway.on(RESULTS, 200, "{\"tensors\":[{}]}");

        assertThat(finemesh("report", "m")).isEqualTo(2);
        assertThat(err.toString()).contains("no update report").doesNotContain("\tat ");
    }
}
