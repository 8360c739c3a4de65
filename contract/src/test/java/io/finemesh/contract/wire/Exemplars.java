package io.finemesh.contract.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.contract.json.SinceForm;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Builds one example of any contract record from its components alone: every optional is present, every list has one element, or one of each
 * permitted kind. Fields that came after the first form of a message are those left out of the wire form where they are absent.
 */
final class Exemplars {
    private final int form;

    private Exemplars(int form) {
        this.form = form;
    }

    /** Newest form that any message has. */
    static final int NEWEST_FORM = 9;

    /** As in the first form: later fields are absent. */
    static <T> T of(Class<T> type) {
        return of(type, 0);
    }

    /** With the fields that came up to a form. */
    static <T> T of(Class<T> type, int form) {
        return type.cast(new Exemplars(form).value(type, "root"));
    }

    private Object component(RecordComponent component) {
        JsonInclude inclusion = component.getAccessor().getAnnotation(JsonInclude.class);
        boolean later = inclusion != null && inclusion.value() == JsonInclude.Include.NON_ABSENT;
        SinceForm since = component.getAnnotation(SinceForm.class);
        int came = since == null ? 1 : since.value();
        if (later && came > form) {
            return component.getType() == OptionalDouble.class ? OptionalDouble.empty() : Optional.empty();
        }
        return value(component.getGenericType(), component.getName());
    }

    private Object value(Type type, String name) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            Class<?> raw = (Class<?>) generic.getRawType();
            if (raw == Optional.class) {
                return Optional.of(value(arguments[0], name));
            }
            if (raw == List.class) {
                return arguments[0] instanceof Class<?> sealed && sealed.isSealed() && sealed.isInterface()
                        ? Arrays.stream(sealed.getPermittedSubclasses())
                                .map(kind -> value(kind, name))
                                .toList()
                        : List.of(value(arguments[0], name));
            }
            if (raw == Map.class) {
                return Map.of("key", value(arguments[1], name));
            }
        }
        Class<?> raw = (Class<?>) type;
        if (raw == String.class) {
            return "some-" + name;
        }
        if (raw == int.class || raw == Integer.class) {
            return 7;
        }
        if (raw == long.class || raw == Long.class) {
            return 1_234_567_890_123L;
        }
        if (raw == double.class || raw == Double.class) {
            return 0.125;
        }
        if (raw == boolean.class) {
            return true;
        }
        if (raw == OptionalInt.class) {
            return OptionalInt.of(3);
        }
        if (raw == OptionalLong.class) {
            return OptionalLong.of(9_876_543_210L);
        }
        if (raw == OptionalDouble.class) {
            return OptionalDouble.of(2.5);
        }
        if (raw == Instant.class) {
            return Instant.parse("2026-01-02T03:04:05Z");
        }
        if (raw == BlobDigest.class) {
            return new BlobDigest("0123456789abcdef".repeat(4));
        }
        if (raw.isEnum()) {
            return raw.getEnumConstants()[0];
        }
        if (raw.isSealed() && raw.isInterface()) {
            return value(raw.getPermittedSubclasses()[0], name);
        }
        if (raw.isRecord()) {
            return record(raw);
        }
        throw new IllegalArgumentException("no example for " + type + " " + name);
    }

    private Object record(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = Arrays.stream(components).map(this::component).toArray();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException broken) {
            throw new IllegalStateException(type + " cannot be built", broken);
        }
    }
}
