package io.finemesh.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.finemesh.contract.wire.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * docs/events.md and docs/asyncapi.yaml are generated from the contract and must equal it. {@code -Ddocs.write=true} writes them anew.
 */
class EventCatalogueTest {
    @Test
    void eventsPageEqualsTheContract() throws IOException {
        compare("docs/events.md", new EventCatalogue().markdown());
    }

    @Test
    void asyncApiDocumentEqualsTheContract() throws IOException {
        compare("docs/asyncapi.yaml", new EventCatalogue().asyncApi());
    }

    @Test
    void asyncApiDocumentIsYamlWhoseReferencesLeadSomewhere() throws IOException {
        JsonNode document = new ObjectMapper(new YAMLFactory()).readTree(new EventCatalogue().asyncApi());

        assertThat(document.at("/channels").size()).isEqualTo(Topic.all().size());
        assertThat(document.findValuesAsText("$ref")).isNotEmpty().allSatisfy(reference -> assertThat(
                        document.at(reference.substring(1)).isMissingNode())
                .as(reference)
                .isFalse());
    }

    private static void compare(String name, String generated) throws IOException {
        Path file = SourceTree.file(name);
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(file, generated);
        }
        assertThat(file).as("%s; write it with -Ddocs.write=true", name).exists();
        assertThat(Files.readString(file))
                .as("%s is generated; write it anew with: mvn -pl docs test -Ddocs.write=true", name)
                .isEqualTo(generated);
    }
}
