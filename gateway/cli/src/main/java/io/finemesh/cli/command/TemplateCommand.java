package io.finemesh.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.template.TemplateCase;
import io.finemesh.template.TemplateCase.Outcome;
import io.finemesh.template.operation.Printing.Notation;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Renders chat templates and compares with the texts a file expects, without a mesh. */
@Command(
        name = "template",
        description = {
            "Do these chat templates give the texts that are expected of them? Exit 0 or 1.",
            "FILE is a JSON list of objects with 'template', 'data' and 'target', and optionally 'name'."
        },
        mixinStandardHelpOptions = true)
public final class TemplateCommand implements Callable<Integer> {
    @Mixin
    private Session session;

    @Parameters(paramLabel = "FILE", description = "a JSON list of cases")
    private Path file;

    @Option(
            names = "--date",
            paramLabel = "YYYY-MM-DD",
            defaultValue = "2025-07-10",
            description = "what strftime_now returns (default: ${DEFAULT-VALUE}, the day published expectations have)")
    private LocalDate date;

    /** A case and how it ended. */
    private record Checked(String name, Outcome outcome) {}

    @Override
    public Integer call() throws IOException {
        Clock clock = Clock.fixed(date.atTime(LocalTime.NOON).toInstant(ZoneOffset.UTC), ZoneOffset.UTC);
        List<Checked> all = new ArrayList<>();
        for (TemplateCase each : cases()) {
            all.add(new Checked(each.name(), each.check(clock)));
        }
        boolean equal = all.stream().allMatch(checked -> checked.outcome() instanceof Outcome.Equal);
        if (session.json()) {
            session.print(document(all));
        } else {
            report(all, session.out());
        }
        return equal ? Session.OK : Session.NO;
    }

    private List<TemplateCase> cases() throws IOException {
        JsonNode document;
        try {
            document = new ObjectMapper().readTree(file.toFile());
        } catch (JsonProcessingException malformed) {
            throw new IOException(file + " is not JSON: " + malformed.getOriginalMessage(), malformed);
        }
        if (!document.isArray()) {
            throw new IOException(file + " is not a list of cases but of type "
                    + document.getNodeType().toString().toLowerCase(Locale.ROOT));
        }
        List<TemplateCase> cases = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        for (int index = 0; index < document.size(); index++) {
            try {
                cases.add(TemplateCase.read(document.get(index), index));
            } catch (IllegalArgumentException form) {
                wrong.add(form.getMessage());
            }
        }
        if (!wrong.isEmpty()) {
            throw new IOException(file + ": " + String.join("; ", wrong));
        }
        return cases;
    }

    private static long count(List<Checked> all, Class<? extends Outcome> kind) {
        return all.stream()
                .filter(checked -> kind.isInstance(checked.outcome()))
                .count();
    }

    private static List<String> inJson(List<Checked> all) {
        return all.stream()
                .filter(checked ->
                        checked.outcome() instanceof Outcome.Equal equal && equal.notation() == Notation.JSON)
                .map(Checked::name)
                .toList();
    }

    private static void report(List<Checked> all, PrintWriter out) {
        out.printf(
                "%d cases: %d equal, %d different, %d refused%n",
                all.size(),
                count(all, Outcome.Equal.class),
                count(all, Outcome.Different.class),
                count(all, Outcome.Refused.class));
        inJson(all)
                .forEach(
                        name -> out.println(
                                "note      " + name
                                        + ": equal with collections printed as JSON, as the JavaScript library does; training prints them as Python does"));
        for (Checked checked : all) {
            switch (checked.outcome()) {
                case Outcome.Equal equal -> {}
                case Outcome.Refused refused ->
                    out.println("refused   " + checked.name() + ": "
                            + refused.failure().getMessage());
                case Outcome.Different different -> {
                    out.println("different " + checked.name() + ": from character " + different.at());
                    out.println("  expected ..." + quoted(different.expected()));
                    out.println("  found    ..." + quoted(different.found()));
                }
            }
        }
    }

    private static String quoted(String text) {
        return text.replace("\n", "\\n").replace("\r", "\\r");
    }

    private static ObjectNode document(List<Checked> all) {
        ObjectNode document = new ObjectMapper().createObjectNode();
        document.put("cases", all.size())
                .put("equal", count(all, Outcome.Equal.class))
                .put("different", count(all, Outcome.Different.class))
                .put("refused", count(all, Outcome.Refused.class));
        ArrayNode json = document.putArray("equalWithCollectionsAsJson");
        inJson(all).forEach(json::add);
        ArrayNode failures = document.putArray("failures");
        for (Checked checked : all) {
            switch (checked.outcome()) {
                case Outcome.Equal equal -> {}
                case Outcome.Refused refused ->
                    failures.addObject()
                            .put("name", checked.name())
                            .put("outcome", "refused")
                            .put("reason", refused.failure().reason().name().toLowerCase(Locale.ROOT))
                            .put("line", refused.failure().line())
                            .put("message", refused.failure().detail());
                case Outcome.Different different ->
                    failures.addObject()
                            .put("name", checked.name())
                            .put("outcome", "different")
                            .put("character", different.at())
                            .put("expected", different.expected())
                            .put("found", different.found());
            }
        }
        return document;
    }
}
