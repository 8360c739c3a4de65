package io.finemesh.gateway.document;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * YAML, by way of the parser's node graph: nothing is constructed, so tags cannot name classes, and an alias is followed only as often
 * as the limits allow. Not thread-safe: one instance reads one document.
 */
final class YamlSyntax {
    private static final int CODE_POINTS = 16 << 20;

    private final List<Flaw> flaws = new ArrayList<>();
    private int values;

    Document read(String text) throws DocumentException {
        Node root;
        try {
            root = parser().compose(new StringReader(text));
        } catch (MarkedYAMLException malformed) {
            throw new DocumentException(explain(malformed), place(malformed.getProblemMark()));
        } catch (YAMLException refused) {
            throw new DocumentException("the document cannot be read as YAML: " + firstLine(refused.getMessage()));
        }
        if (root == null) {
            return new Document(new Value.Nothing(new Place(1, 1)), List.of());
        }
        return new Document(value(root, "", 0), flaws);
    }

    private static Yaml parser() {
        LoaderOptions options = new LoaderOptions();
        options.setNestingDepthLimit(Limits.DEPTH);
        options.setMaxAliasesForCollections(Limits.VALUES);
        options.setCodePointLimit(CODE_POINTS);
        // Nothing is constructed, so no tag is dangerous; each is noted with its place instead.
        options.setTagInspector(_ -> true);
        return new Yaml(
                new SafeConstructor(options),
                new Representer(new DumperOptions()),
                new DumperOptions(),
                options,
                new TextResolver());
    }

    private Value value(Node node, String pointer, int depth) throws DocumentException {
        Place place = place(node.getStartMark());
        if (depth > Limits.DEPTH) {
            throw Limits.tooDeep(place);
        }
        if (++values > Limits.VALUES) {
            throw Limits.tooMany(place);
        }
        return switch (node) {
            case ScalarNode scalar -> scalar(scalar, pointer, place);
            case SequenceNode sequence -> sequence(sequence, pointer, place, depth);
            case MappingNode mapping -> mapping(mapping, pointer, place, depth);
            default -> throw new DocumentException("the document holds a " + node.getNodeId(), place);
        };
    }

    private Value scalar(ScalarNode scalar, String pointer, Place place) {
        if (!scalar.getTag().equals(Tag.STR)) {
            refuseTag(scalar, pointer, place);
        }
        return scalar.getScalarStyle() == DumperOptions.ScalarStyle.PLAIN
                ? Scalars.plain(scalar.getValue(), place)
                : new Value.Text(place, scalar.getValue());
    }

    private Value sequence(SequenceNode sequence, String pointer, Place place, int depth) throws DocumentException {
        if (!sequence.getTag().equals(Tag.SEQ)) {
            refuseTag(sequence, pointer, place);
        }
        List<Value> items = new ArrayList<>();
        for (Node item : sequence.getValue()) {
            items.add(value(item, Pointers.item(pointer, items.size()), depth + 1));
        }
        return new Value.Sequence(place, items);
    }

    private Value mapping(MappingNode mapping, String pointer, Place place, int depth) throws DocumentException {
        if (!mapping.getTag().equals(Tag.MAP)) {
            refuseTag(mapping, pointer, place);
        }
        Map<String, Value> entries = new LinkedHashMap<>();
        Map<String, Place> keyPlaces = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            Place keyPlace = place(tuple.getKeyNode().getStartMark());
            Optional<String> key = key(tuple.getKeyNode(), pointer, keyPlace, depth);
            if (key.isEmpty()) {
                continue;
            }
            String member = Pointers.member(pointer, key.get());
            Place first = keyPlaces.get(key.get());
            if (first != null) {
                flaws.add(new Flaw(
                        member,
                        keyPlace,
                        "given twice",
                        "each key once",
                        "'" + key.get() + "' is given twice, first at " + first + "; keep one"));
                continue;
            }
            keyPlaces.put(key.get(), keyPlace);
            entries.put(key.get(), value(tuple.getValueNode(), member, depth + 1));
        }
        return new Value.Mapping(place, entries, keyPlaces);
    }

    private Optional<String> key(Node node, String pointer, Place place, int depth) throws DocumentException {
        Value key = value(node, pointer, depth + 1);
        if (key instanceof Value.Text text) {
            return Optional.of(text.text());
        }
        flaws.add(new Flaw(
                pointer,
                place,
                "the key " + key.shown(),
                "keys that are text",
                "a key is " + key.kind() + " (" + key.shown() + "); keys are text"));
        return Optional.empty();
    }

    private void refuseTag(Node node, String pointer, Place place) {
        flaws.add(new Flaw(
                pointer,
                place,
                "the tag " + node.getTag().getValue(),
                "values without tags",
                "a value carries the tag " + node.getTag().getValue() + "; write it without a tag"));
    }

    private static String explain(MarkedYAMLException malformed) {
        String problem = firstLine(malformed.getProblem());
        String context = malformed.getContext();
        return "the document is not YAML: " + (context == null ? "" : firstLine(context) + ", ") + problem;
    }

    private static String firstLine(String text) {
        if (text == null) {
            return "no explanation";
        }
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }

    private static Place place(Mark mark) {
        return mark == null ? new Place(1, 1) : new Place(mark.getLine() + 1, mark.getColumn() + 1);
    }

    /** Resolves nothing by itself, so that any other tag than text is one the user wrote. */
    private static final class TextResolver extends Resolver {
        @Override
        protected void addImplicitResolvers() {
            // None: plain scalars are read by Scalars.
        }
    }
}
