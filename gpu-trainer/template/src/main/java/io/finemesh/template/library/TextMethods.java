package io.finemesh.template.library;

import io.finemesh.template.failure.TemplateException;
import io.finemesh.template.limit.BoundedText;
import io.finemesh.template.limit.Budget;
import io.finemesh.template.operation.BraceFormat;
import io.finemesh.template.operation.Iteration;
import io.finemesh.template.operation.TypeName;
import io.finemesh.template.value.Arguments;
import io.finemesh.template.value.Callable;
import io.finemesh.template.value.Dictionary;
import io.finemesh.template.value.Sequence;
import io.finemesh.template.value.Text;
import io.finemesh.template.value.Value;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** Methods of texts, those of Python's {@code str}; positions count code points. */
final class TextMethods {
    private TextMethods() {}

    static Optional<Callable> find(Text text, String name) {
        Callable.Body body =
                switch (name) {
                    case "upper" -> shape(text, name, Letters::upper);
                    case "lower" -> shape(text, name, Letters::lower);
                    case "title" -> shape(text, name, Letters::title);
                    case "capitalize" -> shape(text, name, Letters::capitalize);
                    case "swapcase" -> shape(text, name, Letters::swapCase);
                    case "casefold" -> shape(text, name, Letters::fold);
                    case "isalnum" -> ask(text, name, Letters::isAlphanumeric);
                    case "isalpha" -> ask(text, name, Letters::isAlphabetic);
                    case "isascii" -> ask(text, name, string -> string.chars().allMatch(point -> point < 0x80));
                    case "isdecimal" -> ask(text, name, Letters::isDecimal);
                    case "isdigit" -> ask(text, name, Letters::isDigit);
                    case "isnumeric" -> ask(text, name, Letters::isNumeric);
                    case "isidentifier" -> ask(text, name, Letters::isIdentifier);
                    case "islower" -> ask(text, name, Letters::isLower);
                    case "isupper" -> ask(text, name, Letters::isUpper);
                    case "istitle" -> ask(text, name, Letters::isTitle);
                    case "isprintable" -> ask(text, name, Letters::isPrintable);
                    case "isspace" -> ask(text, name, Letters::isSpace);
                    case "strip" -> strip(text, name, true, true);
                    case "lstrip" -> strip(text, name, true, false);
                    case "rstrip" -> strip(text, name, false, true);
                    case "startswith" -> affix(text, name, true);
                    case "endswith" -> affix(text, name, false);
                    case "removeprefix", "removesuffix" -> remove(text, name);
                    case "find", "rfind", "index", "rindex" -> search(text, name);
                    case "count" -> count(text);
                    case "replace" -> replace(text);
                    case "split", "rsplit" -> split(text, name);
                    case "splitlines" -> lines(text);
                    case "partition", "rpartition" -> partition(text, name);
                    case "join" -> (arguments, spent) -> join(text, arguments.bind("join", "values")[0], spent);
                    case "ljust", "rjust", "center" -> pad(text, name);
                    case "zfill" -> zeros(text);
                    case "expandtabs" -> tabs(text);
                    case "format" -> (arguments, spent) -> Text.of(format(text, arguments, spent));
                    case "format_map" -> (arguments, spent) -> Text.of(format(text, named(arguments), spent));
                    case "encode", "maketrans", "translate" -> throw Attributes.notImplemented(text, name);
                    default -> null;
                };
        if (body == null) {
            return Optional.empty();
        }
        return Optional.of(Callable.of(name, (arguments, spent) -> {
            if (text.markup() && !arguments.positional().isEmpty()) {
                throw TemplateException.unsupported("'" + name + "' with arguments on escaped text is not implemented");
            }
            spent.read(text.string().length());
            return body.call(arguments, spent);
        }));
    }

    private static Callable.Body shape(Text text, String name, Function<String, String> change) {
        return (arguments, budget) -> {
            Attributes.none(arguments, name);
            budget.text(text.string().length());
            return new Text(change.apply(text.string()), text.markup());
        };
    }

    private static Callable.Body ask(Text text, String name, Predicate<String> question) {
        return (arguments, budget) -> {
            Attributes.none(arguments, name);
            return Value.Truth.of(question.test(text.string()));
        };
    }

    private static Callable.Body strip(Text text, String name, boolean left, boolean right) {
        return (arguments, budget) -> {
            Value characters = arguments.bind(name, "chars?")[0];
            String set = characters == null || characters == Value.None.NONE
                    ? null
                    : Attributes.text(characters, "'" + name + "'");
            return new Text(Letters.strip(text.string(), set, left, right), text.markup());
        };
    }

    private static Callable.Body affix(Text text, String name, boolean prefix) {
        return (arguments, budget) -> {
            Value[] bound = arguments.bind(name, "prefix", "start?", "end?");
            List<Value> candidates = bound[0] instanceof Sequence.Tuple tuple ? tuple.items() : List.of(bound[0]);
            int length = text.length();
            int from = start(bound[1], length);
            int to = end(bound[2], length);
            for (Value candidate : candidates) {
                String wanted = Attributes.text(candidate, "'" + name + "'");
                if (from > to || from > length) {
                    continue;
                }
                String part = text.between(from, to);
                if (prefix ? part.startsWith(wanted) : part.endsWith(wanted)) {
                    return Value.Truth.TRUE;
                }
            }
            return Value.Truth.FALSE;
        };
    }

    private static int start(Value value, int length) {
        if (value == null || value == Value.None.NONE) {
            return 0;
        }
        int index = Attributes.small(value, "a position");
        return Math.max(0, index < 0 ? index + length : index);
    }

    private static int end(Value value, int length) {
        if (value == null || value == Value.None.NONE) {
            return length;
        }
        int index = Attributes.small(value, "a position");
        return Math.min(length, Math.max(0, index < 0 ? index + length : index));
    }

    private static Callable.Body remove(Text text, String name) {
        return (arguments, budget) -> {
            String affix = Attributes.text(arguments.bind(name, "affix")[0], "'" + name + "'");
            String string = text.string();
            if (name.equals("removeprefix")) {
                return Text.of(string.startsWith(affix) ? string.substring(affix.length()) : string);
            }
            boolean ends = !affix.isEmpty() && string.endsWith(affix);
            return Text.of(ends ? string.substring(0, string.length() - affix.length()) : string);
        };
    }

    private static Callable.Body search(Text text, String name) {
        return (arguments, budget) -> {
            Value[] bound = arguments.bind(name, "text", "start?", "end?");
            String wanted = Attributes.text(bound[0], "'" + name + "'");
            int length = text.length();
            int from = start(bound[1], length);
            int to = end(bound[2], length);
            int found = -1;
            if (from <= to) {
                String part = text.between(from, to);
                int at = name.startsWith("r") ? part.lastIndexOf(wanted) : part.indexOf(wanted);
                found = at < 0 ? -1 : from + part.codePointCount(0, at);
            }
            if (found < 0 && name.endsWith("index")) {
                throw TemplateException.value("'" + name + "' does not find the text");
            }
            return Value.Whole.of(found);
        };
    }

    private static Callable.Body count(Text text) {
        return (arguments, budget) -> {
            Value[] bound = arguments.bind("count", "text", "start?", "end?");
            String wanted = Attributes.text(bound[0], "'count'");
            int length = text.length();
            int from = start(bound[1], length);
            int to = end(bound[2], length);
            if (from > to) {
                return Value.Whole.of(0);
            }
            String part = text.between(from, to);
            if (wanted.isEmpty()) {
                return Value.Whole.of(part.codePointCount(0, part.length()) + 1L);
            }
            int count = 0;
            for (int at = part.indexOf(wanted); at >= 0; at = part.indexOf(wanted, at + wanted.length())) {
                count++;
            }
            return Value.Whole.of(count);
        };
    }

    private static Callable.Body replace(Text text) {
        return (arguments, budget) -> {
            Value[] bound = arguments.bind("replace", "old", "new", "count?");
            int count = bound[2] == null ? -1 : Attributes.small(bound[2], "'replace'");
            return Text.of(replace(
                    text.string(),
                    Attributes.text(bound[0], "'replace'"),
                    Attributes.text(bound[1], "'replace'"),
                    count,
                    budget));
        };
    }

    /** Replaces occurrences from the left; a negative count means all, an empty {@code old} means between all characters. */
    static String replace(String text, String old, String replacement, int count, Budget budget) {
        budget.read(text.length());
        BoundedText out = new BoundedText(budget);
        int left = count < 0 ? Integer.MAX_VALUE : count;
        int at = 0;
        if (old.isEmpty()) {
            while (left-- > 0) {
                out.append(replacement);
                if (at >= text.length()) {
                    return out.toString();
                }
                int next = text.offsetByCodePoints(at, 1);
                out.append(text.substring(at, next));
                at = next;
            }
            return out.append(text.substring(at)).toString();
        }
        for (int found = text.indexOf(old); found >= 0 && left-- > 0; found = text.indexOf(old, at)) {
            out.append(text.substring(at, found)).append(replacement);
            at = found + old.length();
        }
        return out.append(text.substring(at)).toString();
    }

    private static Callable.Body split(Text text, String name) {
        return (arguments, budget) -> {
            Value[] bound = arguments.bind(name, "sep?", "maxsplit?");
            int most = bound[1] == null ? -1 : Attributes.small(bound[1], "'" + name + "'");
            boolean fromRight = name.equals("rsplit");
            List<String> parts;
            if (bound[0] == null || bound[0] == Value.None.NONE) {
                parts = Letters.words(text.string(), most, fromRight);
            } else {
                String separator = Attributes.text(bound[0], "'" + name + "'");
                if (separator.isEmpty()) {
                    throw TemplateException.value("'" + name + "' with an empty separator");
                }
                parts = Letters.split(text.string(), separator, most, fromRight);
            }
            return texts(parts, budget);
        };
    }

    private static Sequence.Array texts(List<String> parts, Budget budget) {
        List<Value> items = new ArrayList<>(parts.size());
        for (String part : parts) {
            budget.allocate(part.length());
            items.add(Text.of(part));
        }
        return Sequence.list(items, budget);
    }

    private static Callable.Body lines(Text text) {
        return (arguments, budget) -> {
            Value keep = arguments.bind("splitlines", "keepends?")[0];
            boolean keepEnds = keep != null && io.finemesh.template.operation.Truthiness.of(keep);
            return texts(Letters.lines(text.string(), keepEnds), budget);
        };
    }

    private static Callable.Body partition(Text text, String name) {
        return (arguments, budget) -> {
            String separator = Attributes.text(arguments.bind(name, "sep")[0], "'" + name + "'");
            if (separator.isEmpty()) {
                throw TemplateException.value("'" + name + "' with an empty separator");
            }
            String string = text.string();
            boolean right = name.equals("rpartition");
            int at = right ? string.lastIndexOf(separator) : string.indexOf(separator);
            budget.allocate(string.length());
            List<Value> parts;
            if (at < 0) {
                parts = right
                        ? List.of(Text.EMPTY, Text.EMPTY, Text.of(string))
                        : List.of(Text.of(string), Text.EMPTY, Text.EMPTY);
            } else {
                parts = List.of(
                        Text.of(string.substring(0, at)),
                        Text.of(separator),
                        Text.of(string.substring(at + separator.length())));
            }
            return Sequence.tuple(parts, budget);
        };
    }

    private static Value join(Text separator, Value values, Budget budget) {
        BoundedText out = new BoundedText(budget);
        Iterator<Value> elements = Iteration.over(values, budget);
        for (int index = 0; elements.hasNext(); index++) {
            budget.step();
            Value element = elements.next();
            if (!(element instanceof Text text)) {
                throw TemplateException.type(
                        "'join' needs texts; element " + index + " is of type " + TypeName.of(element));
            }
            out.append(index > 0 ? separator.string() : "").append(text.string());
        }
        return Text.of(out.toString());
    }

    private static Callable.Body pad(Text text, String name) {
        return (arguments, budget) -> {
            Value[] bound = arguments.bind(name, "width", "fillchar?");
            String fill = bound[1] == null ? " " : Attributes.text(bound[1], "'" + name + "'");
            if (fill.codePointCount(0, fill.length()) != 1) {
                throw TemplateException.type("'" + name + "' fills with exactly one character");
            }
            return Text.of(pad(text, Attributes.small(bound[0], "'" + name + "'"), fill, name, budget));
        };
    }

    static String pad(Text text, int width, String fill, String name, Budget budget) {
        int missing = width - text.length();
        if (missing <= 0) {
            return text.string();
        }
        budget.text(width);
        return switch (name) {
            case "ljust" -> text.string() + fill.repeat(missing);
            case "rjust" -> fill.repeat(missing) + text.string();
            default -> {
                // An odd blank goes left where the width is odd, as in Python.
                int left = missing / 2 + (missing & width & 1);
                yield fill.repeat(left) + text.string() + fill.repeat(missing - left);
            }
        };
    }

    private static Callable.Body zeros(Text text) {
        return (arguments, budget) -> {
            int width = Attributes.small(arguments.bind("zfill", "width")[0], "'zfill'");
            int missing = width - text.length();
            if (missing <= 0) {
                return text;
            }
            budget.text(width);
            boolean signed = text.string().startsWith("-") || text.string().startsWith("+");
            int head = signed ? 1 : 0;
            return Text.of(text.string().substring(0, head)
                    + "0".repeat(missing)
                    + text.string().substring(head));
        };
    }

    private static Callable.Body tabs(Text text) {
        return (arguments, budget) -> {
            Value size = arguments.bind("expandtabs", "tabsize?")[0];
            int width = size == null ? 8 : Attributes.small(size, "'expandtabs'");
            BoundedText out = new BoundedText(budget);
            int column = 0;
            for (int point : text.string().codePoints().toArray()) {
                if (point == '\t') {
                    int blanks = width > 0 ? width - column % width : 0;
                    budget.text(blanks);
                    out.append(" ".repeat(blanks));
                    column += blanks;
                } else {
                    out.append(point);
                    column = point == '\n' || point == '\r' ? 0 : column + 1;
                }
            }
            return Text.of(out.toString());
        };
    }

    private static String format(Text text, Arguments arguments, Budget budget) {
        return BraceFormat.format(
                text.string(),
                arguments,
                (value, name) -> Attributes.attribute(value, name, budget),
                (value, key) -> Attributes.item(value, key, budget),
                budget);
    }

    private static Arguments named(Arguments arguments) {
        if (!(arguments.bind("format_map", "mapping")[0] instanceof Dictionary dictionary)) {
            throw TemplateException.type("'format_map' needs a dictionary");
        }
        Map<String, Value> named = new LinkedHashMap<>();
        dictionary.entries().forEach(entry -> {
            if (entry.key() instanceof Text key) {
                named.put(key.string(), entry.value());
            }
        });
        return new Arguments(List.of(), named);
    }
}
