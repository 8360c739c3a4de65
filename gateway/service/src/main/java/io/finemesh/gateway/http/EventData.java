package io.finemesh.gateway.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.json.WireMapper;
import io.finemesh.contract.run.RunAccepted;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.training.SegmentEnded;
import io.finemesh.contract.training.StepCompleted;
import io.finemesh.contract.wire.WireNames;
import io.finemesh.gateway.view.FeedItem;
import io.finemesh.gateway.view.Occurrence;
import io.finemesh.gateway.view.Step;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Name and data of a server-sent event. The name is the message's wire name without what all have in common; the data is the message as
 * it stands on its topic, without what is large and of no use to a watcher.
 */
final class EventData {
    private static final String STEP = shortName(WireNames.of(StepCompleted.class));

    private final ObjectMapper mapper = WireMapper.create();
    private final RunId run;

    EventData(RunId run) {
        this.run = run;
    }

    /** Name of an event. */
    String name(FeedItem item) {
        return switch (item) {
            case FeedItem.Told told ->
                shortName(WireNames.of(told.occurrence().body().getClass()));
            case FeedItem.Stepped _ -> STEP;
        };
    }

    /** Data of an event: one line of JSON. */
    String json(FeedItem item) {
        ObjectNode data =
                switch (item) {
                    case FeedItem.Told told -> told(name(item), told.occurrence());
                    case FeedItem.Stepped stepped -> stepped(stepped.step());
                };
        try {
            return mapper.writeValueAsString(data);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("an event that JSON cannot express: " + item, impossible);
        }
    }

    private ObjectNode told(String name, Occurrence occurrence) {
        ObjectNode body = mapper.valueToTree(occurrence.body());
        switch (occurrence.body()) {
            case SubmitRun submit -> {
                body.remove(List.of("specification", "model", "dataset", "evaluationDataset", "evaluation"));
                body.put("name", submit.specification().name());
            }
            case RunAccepted accepted -> {
                body.remove(List.of("specification", "model", "dataset"));
                body.put("name", accepted.specification().name());
            }
            case SegmentEnded _ -> body.remove(List.of("weightBlobs", "cursorJson", "stateBlobs", "ledger"));
            default -> {
                // Everything else is small and goes out as it is.
            }
        }
        ObjectNode data = head(name, occurrence.time());
        data.setAll(body);
        leaveOutWhatJsonLacks(data);
        return data;
    }

    private ObjectNode stepped(Step step) {
        ObjectNode data = head(STEP, step.time());
        data.put("segmentIndex", step.segment());
        data.put("epoch", step.epoch());
        data.put("step", step.step());
        data.put("loss", step.loss());
        data.put("gradientNorm", step.gradientNorm());
        data.put("learningRate", step.learningRate());
        data.put("tokens", step.tokens());
        data.put("labelledTokens", step.labelledTokens());
        data.put("skipped", step.skipped());
        step.block().ifPresent(block -> data.put("block", block));
        data.set("phaseMicros", mapper.valueToTree(step.phaseMicros()));
        data.put("nativeBytes", step.nativeBytes());
        leaveOutWhatJsonLacks(data);
        return data;
    }

    private ObjectNode head(String name, Instant time) {
        return mapper.createObjectNode()
                .put("type", name)
                .put("time", time.toString())
                .put("runId", run.value());
    }

    /** Absent values, and numbers that are none. */
    private static void leaveOutWhatJsonLacks(ObjectNode data) {
        Iterator<Map.Entry<String, JsonNode>> fields = data.properties().iterator();
        while (fields.hasNext()) {
            JsonNode value = fields.next().getValue();
            if (value.isNull() || (value.isFloatingPointNumber() && !Double.isFinite(value.doubleValue()))) {
                fields.remove();
            }
        }
    }

    /** {@code io.finemesh.run.accepted.v1} is {@code run.accepted}. */
    static String shortName(String wireName) {
        return wireName.replaceFirst("^io\\.finemesh\\.", "").replaceFirst("\\.v[0-9]+$", "");
    }
}
