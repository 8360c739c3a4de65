package io.finemesh.cli.command;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.finemesh.cli.client.GatewayProblem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A run specification or a policy as it is sent: ids on a hub and paths in the places of data sets are uploaded first, and the versions that they became stand in their places. Everything else stays letter by
 * letter, so that the gateway tells of the person's own document.
 */
final class SpecificationData {
    /** Tasks that read rows as conversations. */
    static final Set<String> OF_CONVERSATIONS = Set.of("held_out_loss", "exact_match");

    private static final Pattern TASK_DATA = Pattern.compile("/evaluation/tasks/[0-9]+/dataset");
    private static final Pattern DOCUMENTS =
            Pattern.compile("/evaluation/(tasks/[0-9]+/examples|judge/(prompts|references|judgments))");

    /** Anchor and tag before a text (YAML 1.2, section 6.9). */
    private static final Pattern PROPERTIES = Pattern.compile("(?:[&!]\\S*\\s+)*");

    private final String text;
    private final String evaluated;
    private final List<Scalar> scalars = new ArrayList<>();
    private final Map<String, String> values = new HashMap<>();

    /**
     * A text in a document.
     *
     * @param pointer where in the document (RFC 6901)
     * @param value what it says
     * @param start of it, quotes included, in characters
     * @param end behind it
     */
    private record Scalar(String pointer, String value, int start, int end) {}

    /** @param evaluated place of what has an evaluation: empty in a run specification, {@code /run} in a policy */
    private SpecificationData(String text, String evaluated) {
        this.text = text;
        this.evaluated = evaluated;
    }

    /**
     * A run specification with data sets of the mesh only.
     *
     * @param json whether it is JSON and not YAML
     * @throws IOException if a hub or a file does not give what is named, with everything that cannot be before anything is uploaded
     */
    static byte[] ofRun(byte[] document, boolean json, NamedData data) throws GatewayProblem, IOException {
        return resolved(document, json, "", data);
    }

    /** The same for a policy, whose own data set grows and is no file. */
    static byte[] ofPolicy(byte[] document, boolean json, NamedData data) throws GatewayProblem, IOException {
        return resolved(document, json, "/run", data);
    }

    private static byte[] resolved(byte[] document, boolean json, String evaluated, NamedData data)
            throws GatewayProblem, IOException {
        SpecificationData specification =
                new SpecificationData(new String(document, StandardCharsets.UTF_8), evaluated);
        try {
            specification.read(json);
        } catch (IOException malformed) {
            // Where and why is what the gateway tells, with everything else that is wrong.
            return document;
        }
        return specification.resolved(document, data);
    }

    private byte[] resolved(byte[] document, NamedData data) throws GatewayProblem, IOException {
        List<Scalar> elsewhere = scalars.stream()
                .filter(scalar -> isData(scalar.pointer()) && NamedData.isElsewhere(scalar.value()))
                .toList();
        if (elsewhere.isEmpty()) {
            return document;
        }
        NamedData.require(elsewhere.stream().map(Scalar::value).toList());
        StringBuilder sent = new StringBuilder();
        int done = 0;
        for (Scalar scalar : elsewhere) {
            // A version has no character that needs an escape.
            String version = data.version(scalar.value(), isDocuments(scalar.pointer()));
            sent.append(text, done, scalar.start()).append('"').append(version).append('"');
            done = scalar.end();
        }
        return sent.append(text, done, text.length()).toString().getBytes(StandardCharsets.UTF_8);
    }

    private boolean isData(String pointer) {
        if (pointer.equals("/dataset")) {
            return evaluated.isEmpty();
        }
        return pointer.startsWith(evaluated + "/evaluation/")
                && (inEvaluation(pointer).equals("/evaluation/dataset")
                        || TASK_DATA.matcher(inEvaluation(pointer)).matches()
                        || DOCUMENTS.matcher(inEvaluation(pointer)).matches());
    }

    private String inEvaluation(String pointer) {
        return pointer.substring(evaluated.length());
    }

    /** Whether rows are asked as they are; what is trained on, or what a task takes the loss of, is read as conversations. */
    private boolean isDocuments(String pointer) {
        if (pointer.equals("/dataset")) {
            return false;
        }
        String place = inEvaluation(pointer);
        if (TASK_DATA.matcher(place).matches()) {
            return !OF_CONVERSATIONS.contains(values.getOrDefault(pointer.replaceFirst("/dataset$", "/task"), ""));
        }
        if (DOCUMENTS.matcher(place).matches()) {
            return true;
        }
        // The evaluation's own data is what tasks without data of their own are asked; without tasks it is the loss.
        List<String> tasks = values.entrySet().stream()
                .filter(each -> each.getKey().matches(Pattern.quote(evaluated) + "/evaluation/tasks/[0-9]+/task"))
                .filter(each -> !values.containsKey(each.getKey().replaceFirst("/task$", "/dataset")))
                .map(Map.Entry::getValue)
                .toList();
        return !tasks.isEmpty() && tasks.stream().noneMatch(OF_CONVERSATIONS::contains);
    }

    private void read(boolean json) throws IOException {
        JsonFactory factory = json ? new JsonFactory() : new YAMLFactory();
        try (JsonParser parser = factory.createParser(text)) {
            parser.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION.mappedFeature());
            Deque<Level> levels = new ArrayDeque<>();
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                switch (token) {
                    case START_OBJECT, START_ARRAY -> levels.push(new Level(place(levels), token));
                    case END_OBJECT, END_ARRAY -> {
                        levels.pop();
                        advance(levels);
                    }
                    case FIELD_NAME -> levels.element().field = parser.currentName();
                    case VALUE_STRING -> {
                        take(parser, place(levels), json);
                        advance(levels);
                    }
                    case VALUE_EMBEDDED_OBJECT,
                            VALUE_NUMBER_INT,
                            VALUE_NUMBER_FLOAT,
                            VALUE_TRUE,
                            VALUE_FALSE,
                            VALUE_NULL,
                            NOT_AVAILABLE -> advance(levels);
                }
            }
        }
    }

    private void take(JsonParser parser, String pointer, boolean json) throws IOException {
        String value = parser.getText();
        int start = offset(parser.currentTokenLocation().getCharOffset(), json);
        int end = offset(parser.currentLocation().getCharOffset(), json);
        values.put(pointer, value);
        if (json) {
            scalars.add(new Scalar(pointer, value, start, end));
        } else if (text.substring(start, end).contains(value)) {
            scalars.add(ofYaml(pointer, value, start, end));
        }
    }

    /** An anchor stays, since an alias may name it, and so does the line end that YAML counts to a text of several lines. */
    private Scalar ofYaml(String pointer, String value, int start, int end) {
        Matcher properties = PROPERTIES.matcher(text).region(start, end);
        int first = properties.lookingAt() ? properties.end() : start;
        return new Scalar(
                pointer,
                value,
                first,
                first + text.substring(first, end).stripTrailing().length());
    }

    /** YAML's reader counts characters beyond the first plane once, Java twice. */
    private int offset(long counted, boolean json) {
        return json ? Math.toIntExact(counted) : text.offsetByCodePoints(0, Math.toIntExact(counted));
    }

    /** A mapping or list that is being read. */
    private static final class Level {
        private final String pointer;
        private final boolean list;
        private int index;
        private String field = "";

        Level(String pointer, JsonToken opening) {
            this.pointer = pointer;
            this.list = opening == JsonToken.START_ARRAY;
        }
    }

    private static String place(Deque<Level> levels) {
        Level level = levels.peek();
        if (level == null) {
            return "";
        }
        String step = level.list ? Integer.toString(level.index) : level.field;
        return level.pointer + "/" + step.replace("~", "~0").replace("/", "~1");
    }

    private static void advance(Deque<Level> levels) {
        if (!levels.isEmpty()) {
            levels.element().index++;
        }
    }
}
