package io.finemesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TemplateCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String json, String... more) throws IOException {
        Path file = Files.writeString(folder.resolve("cases.json"), json);
        CommandLine line =
                Finemesh.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        String[] arguments = new String[more.length + 2];
        arguments[0] = "template";
        arguments[1] = file.toString();
        System.arraycopy(more, 0, arguments, 2, more.length);
        return line.execute(arguments);
    }

    private static String one(String name, String template, String target) {
        return "{\"name\":\"" + name + "\",\"template\":\"" + template + "\",\"data\":{\"l\":[\"x\"]},\"target\":\""
                + target + "\"}";
    }

    @Test
    void allEqualIsAYes() throws IOException {
        int exit = run("[" + one("a", "{{ l[0] }}!", "x!") + ","
                + one("b", "{{ strftime_now('%d.%m.%Y') }}", "10.07.2025") + "]");

        assertThat(exit).isZero();
        assertThat(out.toString()).isEqualToNormalizingNewlines("2 cases: 2 equal, 0 different, 0 refused\n");
    }

    @Test
    void differentAndRefusedAreANoAndSayWhere() throws IOException {
        int exit = run("[" + one("a", "ab{{ 1 }}", "ab2") + "," + one("b", "\\n{{ nope() }}", "") + ","
                + one("c", "{{ l }}", "[\\\"x\\\"]") + "]");

        assertThat(exit).isEqualTo(1);
        assertThat(out.toString())
                .contains("3 cases: 1 equal, 1 different, 1 refused")
                .contains("note      c: equal with collections printed as JSON")
                .contains("different a: from character 2")
                .contains("expected ...ab2")
                .contains("found    ...ab1")
                .contains("refused   b: line 2: 'nope' is undefined");
    }

    @Test
    void jsonHoldsTheSame() throws IOException {
        int exit = run("[" + one("a", "ab{{ 1 }}", "ab2") + "]", "--json", "--date", "2024-02-29");

        JsonNode document = new ObjectMapper().readTree(out.toString());
        assertThat(exit).isEqualTo(1);
        assertThat(document.get("different").asInt()).isEqualTo(1);
        assertThat(document.at("/failures/0/character").asInt()).isEqualTo(2);
    }

    @Test
    void aFileOfAnotherFormIsAWrongCommandLine() throws IOException {
        assertThat(run("{}")).isEqualTo(2);
        assertThat(run("[{\"name\":\"q\",\"template\":1}, {}]")).isEqualTo(2);
        assertThat(err.toString())
                .contains("is not a list of cases but of type object")
                .contains("q: 'template' must be a text but is of type number")
                .contains("case 2: 'template' must be a text but is missing");
    }
}
