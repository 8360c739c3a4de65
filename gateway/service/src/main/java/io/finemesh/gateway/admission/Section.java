package io.finemesh.gateway.admission;

import io.finemesh.gateway.document.Pointers;
import io.finemesh.gateway.document.Value;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One mapping of the specification, read field by field. A wrong field is noted and read as absent, so that reading goes on; {@link
 * #close} notes the keys that nobody asked for.
 */
final class Section {
    private final String pointer;
    private final Map<String, Value> entries;
    private final Value.Mapping mapping;
    private final Problems problems;
    private final List<String> known = new ArrayList<>();

    private Section(String pointer, Value.Mapping mapping, Problems problems) {
        this.pointer = pointer;
        this.mapping = mapping;
        this.entries = mapping == null ? Map.of() : mapping.entries();
        this.problems = problems;
    }

    /** A section of this value; an absent or wrong one reads as empty. */
    static Section of(String pointer, Optional<Value> value, Problems problems) {
        if (value.isPresent() && !(value.get() instanceof Value.Mapping)) {
            problems.wrong(pointer, value.get(), "a mapping of fields");
        }
        Value.Mapping mapping = value.orElse(null) instanceof Value.Mapping read ? read : null;
        return new Section(pointer, mapping, problems);
    }

    boolean given() {
        return mapping != null;
    }

    String pointer(String name) {
        return Pointers.member(pointer, name);
    }

    /** The raw value of a field; the field counts as known from here on. */
    Optional<Value> value(String name) {
        if (!known.contains(name)) {
            known.add(name);
        }
        return Optional.ofNullable(entries.get(name));
    }

    Section section(String name) {
        return of(pointer(name), value(name), problems);
    }

    /** Text of a form. */
    Optional<String> text(String name, Pattern form, String allowed) {
        Optional<Value> value = value(name);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (value.get() instanceof Value.Text text && form.matcher(text.text()).matches()) {
            return Optional.of(text.text());
        }
        String hint = value.get() instanceof Value.Whole || value.get() instanceof Value.Truth
                ? allowed + ", in quotes"
                : allowed;
        problems.wrong(pointer(name), value.get(), hint);
        return Optional.empty();
    }

    /** The name of a data set of the mesh; for data that lies elsewhere it is said how it becomes one. */
    Optional<String> dataset(String name, Pattern form, String allowed, String verb) {
        if (value(name).orElse(null) instanceof Value.Text text) {
            Optional<String> advice = Elsewhere.advice(text.text(), verb);
            if (advice.isPresent()) {
                contradiction(
                        name,
                        allowed,
                        Problems.field(pointer(name)) + " is " + text.shown() + ", " + advice.get() + "; allowed: "
                                + allowed);
                return Optional.empty();
            }
        }
        return text(name, form, allowed);
    }

    Optional<String> dataset(String name, Pattern form, String allowed) {
        return dataset(name, form, allowed, "upload");
    }

    OptionalLong whole(String name, long least, long most) {
        Optional<Value> value = value(name);
        if (value.isEmpty()) {
            return OptionalLong.empty();
        }
        OptionalLong number = wholeWithin(value.get(), least, most);
        if (number.isEmpty()) {
            problems.wrong(pointer(name), value.get(), "a whole number from " + least + " to " + most);
        }
        return number;
    }

    OptionalInt integer(String name, int least, int most) {
        OptionalLong number = whole(name, least, most);
        return number.isPresent() ? OptionalInt.of(Math.toIntExact(number.getAsLong())) : OptionalInt.empty();
    }

    /** A number in a range. */
    OptionalDouble number(String name, Range range) {
        Optional<Value> value = value(name);
        if (value.isEmpty()) {
            return OptionalDouble.empty();
        }
        OptionalDouble number =
                switch (value.get()) {
                    case Value.Whole whole -> OptionalDouble.of(whole.number().doubleValue());
                    case Value.Decimal decimal -> OptionalDouble.of(decimal.number());
                    case Value.Mapping _, Value.Sequence _, Value.Text _, Value.Truth _, Value.Nothing _ ->
                        OptionalDouble.empty();
                };
        if (number.isEmpty() || !range.holds(number.getAsDouble())) {
            problems.wrong(pointer(name), value.get(), range.words());
            return OptionalDouble.empty();
        }
        return number;
    }

    Optional<Boolean> flag(String name) {
        Optional<Value> value = value(name);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (value.get() instanceof Value.Truth truth) {
            return Optional.of(truth.truth());
        }
        problems.wrong(pointer(name), value.get(), "true or false");
        return Optional.empty();
    }

    /** One of the constants of an enum, written in lower case. */
    <E extends Enum<E>> Optional<E> choice(String name, Class<E> type) {
        Map<String, E> choices = EnumSet.allOf(type).stream()
                .collect(Collectors.toMap(
                        constant -> constant.name().toLowerCase(Locale.ROOT),
                        Function.identity(),
                        (left, _) -> left,
                        LinkedHashMap::new));
        Optional<Value> value = value(name);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        String given = value.get() instanceof Value.Text text ? text.text() : "";
        E chosen = choices.get(given);
        if (chosen == null) {
            problems.wrong(
                    pointer(name),
                    value.get(),
                    String.join(", ", choices.keySet()),
                    NearestName.of(given, choices.keySet()));
        }
        return Optional.ofNullable(chosen);
    }

    /** Items of a list; empty when the field is absent or no list. */
    List<Value> items(String name, String allowed) {
        Optional<Value> value = value(name);
        if (value.isEmpty()) {
            return List.of();
        }
        if (value.get() instanceof Value.Sequence sequence && !sequence.items().isEmpty()) {
            return sequence.items();
        }
        problems.wrong(pointer(name), value.get(), allowed);
        return List.of();
    }

    void missing(String name, String allowed) {
        problems.missing(pointer(name), allowed);
    }

    void contradiction(String name, String allowed, String message) {
        value(name).ifPresent(found -> problems.contradiction(pointer(name), found, allowed, message));
    }

    /** Notes every key that was not asked for. */
    void close() {
        if (mapping == null) {
            return;
        }
        for (String key : entries.keySet()) {
            if (!known.contains(key)) {
                problems.unknown(
                        pointer(key),
                        key,
                        mapping.keyPlaces().getOrDefault(key, mapping.place()),
                        known,
                        KnownNames.meant(pointer, key, known));
            }
        }
    }

    static OptionalLong wholeWithin(Value value, long least, long most) {
        Optional<BigInteger> number =
                switch (value) {
                    case Value.Whole whole -> Optional.of(whole.number());
                    // JSON Schema counts 3.0 as an integer, and so does this.
                    case Value.Decimal decimal -> integral(decimal.number());
                    case Value.Mapping _, Value.Sequence _, Value.Text _, Value.Truth _, Value.Nothing _ ->
                        Optional.empty();
                };
        if (number.isEmpty()
                || number.get().compareTo(BigInteger.valueOf(least)) < 0
                || number.get().compareTo(BigInteger.valueOf(most)) > 0) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(number.get().longValueExact());
    }

    private static Optional<BigInteger> integral(double number) {
        if (Double.isNaN(number) || Double.isInfinite(number) || number != Math.rint(number)) {
            return Optional.empty();
        }
        return Optional.of(new BigDecimal(number).toBigInteger());
    }
}
