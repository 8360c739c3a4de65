package io.finemesh.docs;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.finemesh.contract.Message;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.Identifier;
import io.finemesh.contract.wire.Cleanup;
import io.finemesh.contract.wire.Topic;
import io.finemesh.contract.wire.WireNames;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Renders the contract as a page for people and as an AsyncAPI 3 document; words come from the Javadoc of the contract's sources. */
final class EventCatalogue {
    private static final String NOTICE = "Generated from the contract module; a test fails when it differs.";
    private final ContractJavadoc javadoc = new ContractJavadoc();

    String markdown() {
        StringBuilder page = new StringBuilder("# Events and commands\n\n<!-- " + NOTICE + " -->\n\n");
        page.append(
                        "Values are JSON in CloudEvents 1.0 binary mode: attributes stand in `ce_` headers, `ce_traceparent` is the trace\n")
                .append(
                        "of the submission, `ce_correlationid` the run, `ce_causationid` the message that caused this one. What a consumer\n")
                .append("cannot read goes to `<topic>.dlq` with the reason in its headers.\n\n");
        page.append(
                "| topic | key | carries | producer | consumers | partitions | kept |\n|---|---|---|---|---|---|---|\n");
        for (Topic<? extends Message> topic : Topic.all()) {
            page.append("| [`%s`](#%s) | %s | %s | %s | %s | %d | %s |%n"
                    .formatted(
                            topic.name(),
                            topic.name().replace(".", ""),
                            topic.keyedBy(),
                            String.join(
                                    ", ",
                                    messages(topic).stream()
                                            .map(Class::getSimpleName)
                                            .toList()),
                            topic.owner(),
                            String.join(", ", topic.consumers()),
                            topic.partitions(),
                            configuration(topic)));
        }
        for (Topic<? extends Message> topic : Topic.all()) {
            page.append("\n## %s%n%n%s%n".formatted(topic.name(), topic.about()));
            for (Class<? extends Message> message : messages(topic)) {
                page.append("\n### %s `%s`%n%n%s%n%n"
                        .formatted(message.getSimpleName(), WireNames.of(message), javadoc.summary(message)));
                fields(page, message);
            }
        }
        page.append("\n## Values inside messages\n");
        for (Class<?> value : nested()) {
            page.append("\n### %s%n%n%s%n%n".formatted(value.getSimpleName(), javadoc.summary(value)));
            if (value.isSealed()) {
                page.append("One of these, told apart by `%s`:%n%n".formatted(discriminator(value)));
                kinds(value).forEach((name, kind) -> page.append("- `%s`: %s%n".formatted(name, kind.getSimpleName())));
            } else if (value.isEnum()) {
                for (Object constant : value.getEnumConstants()) {
                    page.append("- `%s`%n".formatted(constant));
                }
            } else {
                fields(page, value);
            }
        }
        page.append("\n## Failure codes\n\n| code | fault | disposition |\n|---|---|---|\n");
        for (FailureCode code : FailureCode.values()) {
            page.append("| `%s` | %s | %s |%n".formatted(code, code.fault(), code.disposition()));
        }
        return page.toString();
    }

    private void fields(StringBuilder page, Class<?> type) {
        page.append("| field | type | meaning |\n|---|---|---|\n");
        for (RecordComponent component : type.getRecordComponents()) {
            page.append("| `%s` | %s | %s |%n"
                    .formatted(
                            component.getName(),
                            words(component.getGenericType()),
                            javadoc.component(type, component.getName())));
        }
    }

    String asyncApi() {
        StringBuilder document =
                new StringBuilder("# " + NOTICE + "\nasyncapi: 3.0.0\ninfo:\n  title: Finemesh\n  version: 1.0.0\n");
        document.append("  description: Topics of the mesh; values are CloudEvents 1.0 in Kafka binary mode.\n");
        document.append("defaultContentType: application/json\nchannels:\n");
        for (Topic<? extends Message> topic : Topic.all()) {
            document.append("  %s:%n    address: %s%n    description: %s%n    messages:%n"
                    .formatted(channel(topic), topic.name(), quoted(topic.about())));
            for (Class<? extends Message> message : messages(topic)) {
                document.append("      %s:%n        $ref: '#/components/messages/%s'%n"
                        .formatted(message.getSimpleName(), message.getSimpleName()));
            }
            document.append(
                    "    bindings:%n      kafka:%n        topic: %s%n        partitions: %d%n        topicConfiguration:%n"
                            .formatted(topic.name(), topic.partitions()));
            Map<String, String> configuration = topic.configuration();
            document.append("          cleanup.policy: [%s]%n"
                    .formatted(configuration.get("cleanup.policy").replace(",", ", ")));
            if (configuration.containsKey("retention.ms")) {
                document.append("          retention.ms: %s%n".formatted(configuration.get("retention.ms")));
            }
        }
        document.append("operations:\n");
        for (Topic<? extends Message> topic : Topic.all()) {
            document.append("  send-%s:%n    action: send%n    title: %s%n    channel:%n      $ref: '#/channels/%s'%n"
                    .formatted(channel(topic), quoted(topic.owner() + " says"), channel(topic)));
            document.append(
                    "  receive-%s:%n    action: receive%n    title: %s%n    channel:%n      $ref: '#/channels/%s'%n"
                            .formatted(
                                    channel(topic),
                                    quoted(String.join(", ", topic.consumers()) + " reads"),
                                    channel(topic)));
        }
        document.append("components:\n  messages:\n");
        for (Map.Entry<Class<? extends Message>, String> message :
                WireNames.all().entrySet()) {
            String name = message.getKey().getSimpleName();
            document.append(
                    "    %s:%n      name: %s%n      summary: %s%n      payload:%n        $ref: '#/components/schemas/%s'%n"
                            .formatted(name, message.getValue(), quoted(javadoc.summary(message.getKey())), name));
        }
        document.append("  schemas:\n");
        WireNames.all().keySet().forEach(type -> schema(document, type));
        nested().forEach(type -> schema(document, type));
        return document.toString();
    }

    private void schema(StringBuilder document, Class<?> type) {
        document.append(
                "    %s:%n      description: %s%n".formatted(type.getSimpleName(), quoted(javadoc.summary(type))));
        if (type.isEnum()) {
            document.append("      type: string%n      enum: [%s]%n"
                    .formatted(String.join(
                            ", ",
                            Arrays.stream(type.getEnumConstants())
                                    .map(Object::toString)
                                    .toList())));
            return;
        }
        if (type.isSealed()) {
            document.append("      discriminator: %s%n      oneOf:%n".formatted(discriminator(type)));
            kinds(type)
                    .values()
                    .forEach(kind -> document.append(
                            "        - $ref: '#/components/schemas/%s'%n".formatted(kind.getSimpleName())));
            return;
        }
        document.append("      type: object\n");
        List<String> required = Arrays.stream(type.getRecordComponents())
                .filter(component -> !words(component.getGenericType()).endsWith("?"))
                .map(RecordComponent::getName)
                .toList();
        if (!required.isEmpty()) {
            document.append("      required: [%s]%n".formatted(String.join(", ", required)));
        }
        document.append("      properties:\n");
        for (RecordComponent component : type.getRecordComponents()) {
            document.append("        %s: {description: %s, %s}%n"
                    .formatted(
                            component.getName(),
                            quoted(javadoc.component(type, component.getName())),
                            schemaOf(component.getGenericType())));
        }
    }

    private static String schemaOf(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type argument = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            if (generic.getRawType() == List.class) {
                return "type: array, items: {" + schemaOf(argument) + "}";
            }
            if (generic.getRawType() == Map.class) {
                return "type: object, additionalProperties: {" + schemaOf(argument) + "}";
            }
            return schemaOf(argument);
        }
        Class<?> raw = (Class<?>) type;
        if (raw == String.class || Identifier.class.isAssignableFrom(raw)) {
            return "type: string";
        }
        if (raw == Instant.class) {
            return "type: string, format: date-time";
        }
        if (raw == boolean.class) {
            return "type: boolean";
        }
        if (raw == double.class || raw == Double.class || raw == OptionalDouble.class) {
            return "type: number";
        }
        if (raw == int.class
                || raw == long.class
                || raw == Integer.class
                || raw == Long.class
                || raw == OptionalInt.class
                || raw == OptionalLong.class) {
            return "type: integer";
        }
        return "$ref: '#/components/schemas/" + raw.getSimpleName() + "'";
    }

    private static String words(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type argument = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            if (generic.getRawType() == Optional.class) {
                return words(argument) + "?";
            }
            return generic.getRawType() == List.class ? "list of " + words(argument) : "map to " + words(argument);
        }
        Class<?> raw = (Class<?>) type;
        return switch (raw.getSimpleName()) {
            case "OptionalInt" -> "int?";
            case "OptionalLong" -> "long?";
            case "Double" -> "double";
            case "OptionalDouble" -> "double?";
            default -> raw.getSimpleName();
        };
    }

    private static List<Class<? extends Message>> messages(Topic<? extends Message> topic) {
        return WireNames.all().keySet().stream()
                .filter(topic.type()::isAssignableFrom)
                .toList();
    }

    /** Field that tells the kinds of a sealed type apart. */
    private static String discriminator(Class<?> type) {
        return type.getAnnotation(JsonTypeInfo.class).property();
    }

    /** Kinds of a sealed type by the name they have on the wire. */
    private static Map<String, Class<?>> kinds(Class<?> type) {
        Map<String, Class<?>> kinds = new LinkedHashMap<>();
        for (JsonSubTypes.Type kind : type.getAnnotation(JsonSubTypes.class).value()) {
            kinds.put(kind.name(), kind.value());
        }
        return kinds;
    }

    private static Set<Class<?>> nested() {
        Set<Class<?>> seen = new LinkedHashSet<>();
        Deque<Class<?>> open = new ArrayDeque<>(WireNames.all().keySet());
        while (!open.isEmpty()) {
            Class<?> outer = open.pop();
            Stream<Class<?>> inner = outer.isSealed()
                    ? kinds(outer).values().stream()
                    : Arrays.stream(outer.getRecordComponents()).map(component -> element(component.getGenericType()));
            inner.forEach(type -> {
                boolean ours = type.getName().startsWith("io.finemesh") && !Identifier.class.isAssignableFrom(type);
                if (ours && seen.add(type) && (type.isRecord() || type.isSealed())) {
                    open.add(type);
                }
            });
        }
        Map<String, Class<?>> sorted = new TreeMap<>();
        seen.forEach(type -> sorted.put(type.getSimpleName(), type));
        return new LinkedHashSet<>(sorted.values());
    }

    private static Class<?> element(Type type) {
        return type instanceof ParameterizedType generic
                ? element(generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1])
                : (Class<?>) type;
    }

    private static String configuration(Topic<? extends Message> topic) {
        return switch (topic.cleanup()) {
            case Cleanup.Keep ignored -> "for ever";
            case Cleanup.DeleteAfter after -> after.retention().toDays() + " d";
            case Cleanup.Compact ignored -> "newest of each key";
            case Cleanup.CompactAndDeleteAfter after ->
                "newest of each key, " + after.retention().toDays() + " d";
        };
    }

    private static String channel(Topic<? extends Message> topic) {
        return topic.name()
                .replaceFirst("^finemesh\\.", "")
                .replaceFirst("\\.v[0-9]+$", "")
                .replace('.', '-');
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
