package io.finemesh.gateway.admission;

import static io.finemesh.gateway.admission.Specifications.LEAST;
import static io.finemesh.gateway.admission.Specifications.admitted;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.contract.run.RunSpecification;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SpecificationFormTest {
    static Stream<FieldTable.Row> goodRows() {
        return FieldTable.rows().filter(FieldTable.Row::good);
    }

    @ParameterizedTest
    @MethodSource("goodRows")
    void readingWhatIsWrittenGivesTheSameSpecification(FieldTable.Row row) throws Exception {
        RunSpecification specification = admitted(row.specification()).finished(500);
        String written = new ObjectMapper().writeValueAsString(SpecificationForm.of(specification));
        assertThat(admitted(written).finished(500)).isEqualTo(specification);
    }

    @Test
    void spellsOutEveryDefault() {
        assertThat(SpecificationForm.of(admitted(LEAST).finished(1)))
                .containsKeys("name", "template", "precision", "seed", "method", "optimizer", "batch", "trace")
                .doesNotContainKeys("checkpoint", "evaluation", "resources", "output_name");
    }
}
