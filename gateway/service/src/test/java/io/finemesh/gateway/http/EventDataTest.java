package io.finemesh.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.run.ResolvedEvaluation;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.gateway.fake.SampleRun;
import io.finemesh.gateway.view.FeedItem;
import io.finemesh.gateway.view.Occurrence;
import io.finemesh.gateway.view.Position;
import io.finemesh.gateway.view.Source;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EventDataTest {
    @Test
    void aSubmissionIsToldWithoutWhatItsNamesStandFor() throws Exception {
        SubmitRun plain = SampleRun.submit(SampleRun.ID, SampleRun.specification());
        SubmitRun submit = new SubmitRun(
                plain.runId(),
                plain.specification(),
                plain.model(),
                plain.dataset(),
                plain.evaluationDataset(),
                Optional.empty(),
                Optional.of(new ResolvedEvaluation(
                        Map.of("prompts", SampleRun.HELD_OUT), Optional.empty(), Optional.empty())));

        JsonNode data = new ObjectMapper()
                .readTree(new EventData(SampleRun.ID)
                        .json(new FeedItem.Told(
                                Position.start(),
                                new Occurrence(Source.COMMANDS, 1, new EventId("e-1"), SampleRun.BEGIN, submit))));

        assertThat(data.path("name").asText()).isEqualTo("sample");
        assertThat(data.properties())
                .extracting(Map.Entry::getKey)
                .containsExactlyInAnyOrder("type", "time", "runId", "name");
    }
}
