package io.finemesh.contract.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.finemesh.contract.Message;
import io.finemesh.contract.json.WireMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The form of every message is pinned by a file that is never edited: a change of form needs a new wire name and a new file. {@code
 * -Dgolden.write=true} writes the files that are missing, and only those.
 */
class GoldenFilesTest {
    private static final Path FILES = Path.of("src/test/resources/wire");
    /** Precedes the number of a form with the fields that were added to a message up to it. */
    private static final String LATER = "+";

    private final ObjectMapper mapper = WireMapper.create();
    private final EventCodec codec = new EventCodec();

    @TestFactory
    Stream<DynamicTest> everyMessageIsWrittenAndReadAsItsGoldenFileSays() {
        return WireNames.all().entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getValue(), () -> check(entry.getKey(), entry.getValue())));
    }

    @TestFactory
    Stream<DynamicTest> fieldsThatCameLaterHaveAGoldenFileBesideTheFirst() {
        return WireNames.all().entrySet().stream().flatMap(entry -> formsOf(entry.getKey())
                .map(form -> DynamicTest.dynamicTest(
                        entry.getValue() + LATER + form,
                        () -> check(
                                entry.getKey(), Exemplars.of(entry.getKey(), form), entry.getValue() + LATER + form))));
    }

    /** Forms, after the first, with which a message got fields. */
    private static Stream<Integer> formsOf(Class<? extends Message> type) {
        return IntStream.rangeClosed(1, Exemplars.NEWEST_FORM)
                .filter(form -> !Exemplars.of(type, form).equals(Exemplars.of(type, form - 1)))
                .boxed();
    }

    private void check(Class<? extends Message> type, String name) throws IOException {
        check(type, Exemplars.of(type), name);
    }

    private void check(Class<? extends Message> type, Message exemplar, String name) throws IOException {
        JsonNode written = mapper.readTree(codec.value(exemplar));
        Path file = FILES.resolve(name + ".json");
        if (Boolean.getBoolean("golden.write") && Files.notExists(file)) {
            Files.createDirectories(FILES);
            Files.writeString(file, mapper.writerWithDefaultPrettyPrinter().writeValueAsString(written) + "\n");
        }
        assertThat(file)
                .as("golden file of %s; write it with -Dgolden.write=true", name)
                .exists();
        assertThat(written)
                .as("form of %s; a changed form needs a new wire name", name)
                .isEqualTo(mapper.readTree(Files.readString(file)));
        assertThat(mapper.readValue(Files.readString(file), type)).isEqualTo(exemplar);
    }

    @Test
    void noGoldenFileIsLeftWithoutAMessage() throws IOException {
        try (Stream<Path> files = Files.list(FILES)) {
            Set<String> names = files.map(file -> file.getFileName().toString().replaceFirst("\\.json$", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
            Set<String> expected = new TreeSet<>(WireNames.all().values());
            WireNames.all().forEach((type, name) -> {
                formsOf(type).forEach(form -> expected.add(name + LATER + form));
            });
            assertThat(names).isEqualTo(expected);
        }
    }

    @Test
    void everyPermittedMessageOfEveryTopicHasAWireName() {
        for (Topic<? extends Message> topic : Topic.all()) {
            Class<?>[] permitted = topic.type().getPermittedSubclasses();
            if (permitted == null) {
                assertThat(WireNames.all()).containsKey(topic.type());
                continue;
            }
            for (Class<?> message : permitted) {
                assertThat(Map.copyOf(WireNames.all())).containsKey(message.asSubclass(Message.class));
            }
        }
    }
}
