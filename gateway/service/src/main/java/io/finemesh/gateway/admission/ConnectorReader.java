package io.finemesh.gateway.admission;

import io.finemesh.contract.connector.ConnectorDefined;
import io.finemesh.gateway.document.Document;
import io.finemesh.gateway.document.Flaw;
import io.finemesh.gateway.document.Pointers;
import io.finemesh.gateway.document.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads a connector: which topic becomes which data set. */
public final class ConnectorReader {
    private static final Pattern TOPIC = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,249}");
    private static final Pattern FIELD = Pattern.compile("[^\\s.]{1,100}(\\.[^\\s.]{1,100}){0,9}");
    private static final List<String> ROW_FIELDS =
            List.of("instruction", "input", "output", "system", "history", "messages", "conversations", "text");

    private ConnectorReader() {}

    /**
     * The verdict on a document.
     *
     * @param connector the connector, of revision 0; empty when anything is wrong with it
     * @param problems every fault
     */
    public record Verdict(Optional<ConnectorDefined> connector, List<FieldProblem> problems) {
        public Verdict {
            problems = List.copyOf(problems);
        }
    }

    private static final String DATASET_WORDS = "the name of a data set that grows";

    /** Reads {@code {"topic", "dataset", "held_out", "mapping": {row field: record field}}}. */
    public static Verdict read(Document document, String name) {
        Problems problems = new Problems("a connector");
        for (Flaw flaw : document.flaws()) {
            problems.flaw(flaw);
        }
        Section top = Section.of("", Optional.of(document.root()), problems);
        Optional<String> topic = PolicyReader.required(top, "topic", TOPIC, "the name of a Kafka topic");
        topic.filter(word -> word.startsWith("finemesh."))
                .ifPresent(
                        word -> problems.wrong(
                                "/topic",
                                top.value("topic").orElseThrow(),
                                "a topic of somebody else: what the mesh says would come back to it, and its policies would fire themselves"));
        Optional<String> dataset = top.dataset("dataset", PolicyReader.NAME, DATASET_WORDS, "append");
        if (top.given() && top.value("dataset").isEmpty()) {
            top.missing("dataset", DATASET_WORDS);
        }
        double heldOut = top.number("held_out", Range.from(0, 0.9)).orElse(0.1);
        Map<String, String> mapping = mapping(top, problems);
        top.close();
        return problems.none()
                ? new Verdict(
                        Optional.of(new ConnectorDefined(
                                name, 0, topic.orElseThrow(), dataset.orElseThrow(), heldOut, mapping)),
                        List.of())
                : new Verdict(Optional.empty(), problems.list());
    }

    private static Map<String, String> mapping(Section top, Problems problems) {
        Map<String, String> mapping = new TreeMap<>();
        Optional<Value> value = top.value("mapping");
        if (value.isEmpty()) {
            return mapping;
        }
        if (!(value.get() instanceof Value.Mapping fields) || fields.entries().isEmpty()) {
            problems.wrong("/mapping", value.get(), "a mapping of row fields to fields of the record");
            return mapping;
        }
        fields.entries().forEach((field, from) -> {
            String pointer = Pointers.member("/mapping", field);
            if (!ROW_FIELDS.contains(field)) {
                problems.unknown(
                        pointer,
                        field,
                        fields.keyPlaces().getOrDefault(field, fields.place()),
                        ROW_FIELDS,
                        NearestName.of(field, ROW_FIELDS));
            } else if (from instanceof Value.Text text
                    && FIELD.matcher(text.text()).matches()) {
                mapping.put(field, text.text());
            } else {
                problems.wrong(
                        pointer, from, "a field of the record's JSON, with dots into objects, such as after.question");
            }
        });
        return mapping;
    }
}
