package io.finemesh.template.library;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.limit.Budget;
import io.finemesh.template.operation.Escaping;
import io.finemesh.template.operation.JsonText;
import io.finemesh.template.operation.PercentFormat;
import io.finemesh.template.operation.Truthiness;
import io.finemesh.template.operation.TypeName;
import io.finemesh.template.value.Arguments;
import io.finemesh.template.value.Dictionary;
import io.finemesh.template.value.Sequence;
import io.finemesh.template.value.Text;
import io.finemesh.template.value.Undefined;
import io.finemesh.template.value.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * What can stand after a bar: the filters of the language, with {@code tojson} as the field's renderer defines it. Filters over
 * collections are in {@link CollectionFilters} and {@link SelectionFilters}, those over numbers in {@link NumberFilters}.
 */
public final class Filters {
    /** A filter with its arguments. */
    interface Filter {
        Value apply(Value value, Arguments arguments, Surroundings surroundings);
    }

    /** Filters of the language that this interpreter does not have. */
    private static final Set<String> REFUSED = Set.of("random", "pprint", "striptags", "urlize", "wordwrap");

    private static final Map<String, Filter> FILTERS = new LinkedHashMap<>();

    static {
        shape("upper", Letters::upper);
        shape("lower", Letters::lower);
        shape("capitalize", Letters::capitalize);
        shape("title", Filters::title);
        put("trim", (value, arguments, surroundings) -> {
            Value characters = arguments.bind("trim", "chars?")[0];
            String set =
                    characters == null || characters == Value.None.NONE ? null : Attributes.text(characters, "'trim'");
            Text text = soft(value, surroundings);
            return new Text(Letters.strip(text.string(), set, true, true), text.markup());
        });
        put("string", (value, arguments, surroundings) -> {
            arguments.bind("string");
            return soft(value, surroundings);
        });
        put("replace", (value, arguments, surroundings) -> {
            Value[] bound = arguments.bind("replace", "old", "new", "count?");
            Budget budget = surroundings.budget();
            int count = bound[2] == null || bound[2] == Value.None.NONE ? -1 : Attributes.small(bound[2], "'replace'");
            return Text.of(TextMethods.replace(
                    Attributes.print(value, budget),
                    Attributes.print(bound[0], budget),
                    Attributes.print(bound[1], budget),
                    count,
                    budget));
        });
        put("default", Filters::orDefault);
        put("d", Filters::orDefault);
        put("tojson", Filters::json);
        put("format", Filters::format);
        put("indent", Filters::indent);
        put("truncate", Filters::truncate);
        put("center", (value, arguments, surroundings) -> {
            Value width = arguments.bind("center", "width?")[0];
            int columns = width == null ? 80 : Attributes.small(width, "'center'");
            return Text.of(TextMethods.pad(soft(value, surroundings), columns, " ", "center", surroundings.budget()));
        });
        put("wordcount", (value, arguments, surroundings) -> {
            arguments.bind("wordcount");
            return Value.Whole.of(words(soft(value, surroundings).string()));
        });
        put("escape", Filters::escape);
        put("e", Filters::escape);
        put("forceescape", (value, arguments, surroundings) -> {
            arguments.bind("forceescape");
            return escaped(Attributes.print(value, surroundings.budget()), surroundings.budget());
        });
        put("safe", (value, arguments, surroundings) -> {
            arguments.bind("safe");
            return new Text(Attributes.print(value, surroundings.budget()), true);
        });
        put("urlencode", Filters::urlEncode);
        put("xmlattr", Filters::xmlAttributes);
        put("attr", (value, arguments, surroundings) -> {
            String name = Attributes.text(arguments.bind("attr", "name")[0], "'attr'");
            boolean exists = Attributes.has(value, name) || name.startsWith("__");
            return exists
                    ? Attributes.attribute(value, name, surroundings.budget())
                    : Undefined.because("a value of type " + TypeName.of(value) + " has no attribute '" + name + "'");
        });
        FILTERS.putAll(NumberFilters.all());
        FILTERS.putAll(CollectionFilters.all());
        FILTERS.putAll(SelectionFilters.all());
    }

    private Filters() {}

    private static void put(String name, Filter filter) {
        FILTERS.put(name, filter);
    }

    private static void shape(String name, Function<String, String> change) {
        put(name, (value, arguments, surroundings) -> {
            arguments.bind(name);
            Text text = soft(value, surroundings);
            surroundings.budget().text(text.string().length());
            return new Text(change.apply(text.string()), text.markup());
        });
    }

    /** Every filter of the language, also those that are refused by name. */
    public static Set<String> names() {
        Set<String> names = new HashSet<>(FILTERS.keySet());
        names.addAll(REFUSED);
        return names;
    }

    /**
     * Applies a filter.
     *
     * @throws TemplateException where there is no such filter
     */
    public static Value apply(String name, Value value, Arguments arguments, Surroundings surroundings) {
        Filter filter = FILTERS.get(name);
        if (filter == null) {
            throw TemplateException.unsupported(
                    REFUSED.contains(name)
                            ? "the filter '" + name + "' is not implemented"
                            : "there is no filter '" + name + "'");
        }
        return filter.apply(value, arguments, surroundings);
    }

    /** A text as it is, anything else printed. */
    static Text soft(Value value, Surroundings surroundings) {
        return value instanceof Text text ? text : Text.of(surroundings.print(value));
    }

    private static Value orDefault(Value value, Arguments arguments, Surroundings surroundings) {
        Value[] bound = arguments.bind("default", "default_value?", "boolean?");
        boolean empty = bound[1] != null && Truthiness.of(bound[1]) && !Truthiness.of(value);
        return value instanceof Undefined || empty ? (bound[0] == null ? Text.EMPTY : bound[0]) : value;
    }

    private static Value json(Value value, Arguments arguments, Surroundings surroundings) {
        Value[] bound = arguments.bind("tojson", "ensure_ascii?", "indent?", "separators?", "sort_keys?");
        Budget budget = surroundings.budget();
        boolean ascii = bound[0] != null && Truthiness.of(bound[0]);
        String indent = null;
        if (bound[1] != null && bound[1] != Value.None.NONE) {
            if (bound[1] instanceof Text text) {
                indent = text.string();
            } else {
                int width = Math.max(0, Attributes.small(bound[1], "'indent' of 'tojson'"));
                budget.text(width);
                indent = " ".repeat(width);
            }
        }
        String items = indent == null ? ", " : ",";
        String keys = ": ";
        if (bound[2] != null && bound[2] != Value.None.NONE) {
            if (!(bound[2] instanceof Sequence pair) || pair.items().size() != 2) {
                throw TemplateException.type("'separators' of 'tojson' are two texts");
            }
            items = Attributes.text(pair.items().get(0), "'separators' of 'tojson'");
            keys = Attributes.text(pair.items().get(1), "'separators' of 'tojson'");
        }
        boolean sort = bound[3] != null && Truthiness.of(bound[3]);
        return Text.of(new JsonText(ascii, indent, items, keys, sort).write(value, budget));
    }

    private static Value format(Value value, Arguments arguments, Surroundings surroundings) {
        if (!arguments.positional().isEmpty() && !arguments.named().isEmpty()) {
            throw TemplateException.type("'format' takes values by position or by name, not both");
        }
        Budget budget = surroundings.budget();
        Value values;
        if (arguments.named().isEmpty()) {
            values = Sequence.tuple(new ArrayList<>(arguments.positional()), budget);
        } else {
            Dictionary.Builder entries = new Dictionary.Builder();
            arguments.named().forEach((name, each) -> entries.put(Text.of(name), each, budget));
            values = entries.build(budget);
        }
        return PercentFormat.format(soft(value, surroundings), values, budget);
    }

    private static Value indent(Value value, Arguments arguments, Surroundings surroundings) {
        Value[] bound = arguments.bind("indent", "width?", "first?", "blank?");
        Budget budget = surroundings.budget();
        String text = Attributes.text(value, "'indent'");
        String indention;
        if (bound[0] instanceof Text given) {
            indention = given.string();
        } else {
            int width = bound[0] == null ? 4 : Math.max(0, Attributes.small(bound[0], "'indent'"));
            budget.text(width);
            indention = " ".repeat(width);
        }
        boolean first = bound[1] != null && Truthiness.of(bound[1]);
        boolean blank = bound[2] != null && Truthiness.of(bound[2]);
        List<String> lines = Letters.lines(text + "\n", false);
        budget.text(text.length() + (long) indention.length() * lines.size());
        StringBuilder out = new StringBuilder(first ? indention : "");
        for (int index = 0; index < lines.size(); index++) {
            String line = lines.get(index);
            out.append(index > 0 ? "\n" : "")
                    .append(index > 0 && (blank || !line.isEmpty()) ? indention : "")
                    .append(line);
        }
        return new Text(out.toString(), value instanceof Text given && given.markup());
    }

    private static Value truncate(Value value, Arguments arguments, Surroundings surroundings) {
        Value[] bound = arguments.bind("truncate", "length?", "killwords?", "end?", "leeway?");
        Text text = new Text(Attributes.text(value, "'truncate'"), false);
        int length = bound[0] == null ? 255 : Attributes.small(bound[0], "'truncate'");
        boolean killWords = bound[1] != null && Truthiness.of(bound[1]);
        Text end = bound[2] == null ? Text.of("...") : Text.of(Attributes.text(bound[2], "'truncate'"));
        int leeway = bound[3] == null || bound[3] == Value.None.NONE ? 5 : Attributes.small(bound[3], "'truncate'");
        if (length < end.length() || leeway < 0) {
            throw TemplateException.value(
                    "'truncate' needs a length of at least " + end.length() + " and a leeway of at least 0");
        }
        surroundings.budget().text(text.string().length());
        if (text.length() <= (long) length + leeway) {
            return value;
        }
        String kept = text.between(0, length - end.length());
        int blank = kept.lastIndexOf(' ');
        return Text.of((killWords || blank < 0 ? kept : kept.substring(0, blank)) + end.string());
    }

    /** A capital after every blank, hyphen or opening bracket; everything else is lowered. */
    private static String title(String text) {
        StringBuilder out = new StringBuilder(text.length());
        int start = 0;
        for (int at = 0; at <= text.length(); at++) {
            boolean separator = at < text.length() && isTitleBreak(text.charAt(at));
            if (separator || at == text.length()) {
                capitalised(text.substring(start, at), out);
                if (separator) {
                    out.append(text.charAt(at));
                }
                start = at + 1;
            }
        }
        return out.toString();
    }

    private static boolean isTitleBreak(char character) {
        return "-({[<".indexOf(character) >= 0 || io.finemesh.template.syntax.Spaces.isSpace(character);
    }

    private static void capitalised(String word, StringBuilder out) {
        if (!word.isEmpty()) {
            int rest = Character.charCount(word.codePointAt(0));
            out.append(Letters.upper(word.substring(0, rest))).append(Letters.lower(word.substring(rest)));
        }
    }

    private static long words(String text) {
        long words = 0;
        boolean inWord = false;
        for (int point : text.codePoints().toArray()) {
            boolean letter = point == '_' || Letters.isAlphanumeric(Character.toString(point));
            words += letter && !inWord ? 1 : 0;
            inWord = letter;
        }
        return words;
    }

    private static Value escape(Value value, Arguments arguments, Surroundings surroundings) {
        arguments.bind("escape");
        Text text = soft(value, surroundings);
        return text.markup() ? text : escaped(text.string(), surroundings.budget());
    }

    private static Text escaped(String text, Budget budget) {
        budget.text(text.length());
        return new Text(Escaping.escape(text), true);
    }

    private static Value urlEncode(Value value, Arguments arguments, Surroundings surroundings) {
        arguments.bind("urlencode");
        Budget budget = surroundings.budget();
        List<Value> pairs;
        switch (value) {
            case Dictionary dictionary -> {
                List<String> parts = new ArrayList<>();
                dictionary
                        .entries()
                        .forEach(entry -> parts.add(UrlText.quote(Attributes.print(entry.key(), budget), true) + "="
                                + UrlText.quote(Attributes.print(entry.value(), budget), true)));
                return Text.of(String.join("&", parts));
            }
            case Sequence sequence -> pairs = sequence.items();
            case Value other -> {
                return Text.of(UrlText.quote(Attributes.print(other, budget), false));
            }
        }
        List<String> parts = new ArrayList<>();
        for (Value pair : pairs) {
            if (!(pair instanceof Sequence both) || both.items().size() != 2) {
                throw TemplateException.type("'urlencode' needs a text, a dictionary or pairs");
            }
            parts.add(UrlText.quote(Attributes.print(both.items().get(0), budget), true) + "="
                    + UrlText.quote(Attributes.print(both.items().get(1), budget), true));
        }
        return Text.of(String.join("&", parts));
    }

    private static Value xmlAttributes(Value value, Arguments arguments, Surroundings surroundings) {
        Value spaced = arguments.bind("xmlattr", "autospace?")[0];
        if (!(value instanceof Dictionary dictionary)) {
            throw TemplateException.type("'xmlattr' needs a dictionary, not a value of type " + TypeName.of(value));
        }
        StringBuilder out = new StringBuilder();
        for (Dictionary.Entry entry : dictionary.entries()) {
            if (entry.value() == Value.None.NONE || entry.value() instanceof Undefined) {
                continue;
            }
            String key = Attributes.text(entry.key(), "a key of 'xmlattr'");
            if (key.chars().anyMatch(point -> " \t\n\r\f\u000b/>=".indexOf(point) >= 0)) {
                throw TemplateException.value("'" + key + "' is not a name of an attribute");
            }
            Text text = (Text) escape(entry.value(), Arguments.NONE, surroundings);
            out.append(out.isEmpty() ? "" : " ")
                    .append(Escaping.escape(key))
                    .append("=\"")
                    .append(text.string())
                    .append('"');
        }
        boolean leading = (spaced == null || Truthiness.of(spaced)) && !out.isEmpty();
        return Text.of(leading ? " " + out : out.toString());
    }
}
