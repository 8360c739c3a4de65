package io.finemesh.gateway.admission;

import io.finemesh.gateway.document.Document;
import io.finemesh.gateway.document.Flaw;
import io.finemesh.gateway.document.Value;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the small bodies that go with imports and cancellations, with the same care as a specification. */
public final class ImportReader {
    private static final Pattern PATH = Pattern.compile("(?=.*\\S)[^\\x00]{1,4096}");
    private static final Pattern REASON = Pattern.compile("[^" + SpecificationReader.UNPRINTABLE + "]{0,500}");

    private ImportReader() {}

    /**
     * What a model import asks for.
     *
     * @param name name the model gets
     * @param path directory on the store's machine
     * @param problems every wrong field; name and path are there if this is empty
     */
    public record ModelImport(Optional<String> name, Optional<String> path, List<FieldProblem> problems) {}

    /**
     * Why a run is cancelled.
     *
     * @param reason the reason, if one is given
     * @param problems every wrong field
     */
    public record Cancellation(Optional<String> reason, List<FieldProblem> problems) {}

    /** Reads {@code {"name": ..., "path": ...}}. */
    public static ModelImport modelImport(Document document) {
        Problems problems = new Problems("a model import");
        Section top = open(document, problems);
        String nameWords = "a name: 1 to 64 letters, digits or . _ - beginning with a letter or digit";
        String pathWords = "a directory on the checkpoint store's machine that holds config.json and safetensors files";
        if (top.given() && top.value("name").isEmpty()) {
            top.missing("name", nameWords);
        }
        Optional<String> name = top.text("name", SpecificationReader.NEW_MODEL, nameWords);
        if (top.given() && top.value("path").isEmpty()) {
            top.missing("path", pathWords);
        }
        Optional<String> path = top.text("path", PATH, pathWords);
        top.close();
        return new ModelImport(name, path, problems.list());
    }

    /** Reads {@code {"reason": ...}}; an empty body gives none. */
    public static Cancellation cancellation(Document document) {
        Problems problems = new Problems("a cancellation");
        if (document.root() instanceof Value.Nothing) {
            return new Cancellation(Optional.empty(), List.of());
        }
        Section top = open(document, problems);
        Optional<String> reason = top.text("reason", REASON, "printable text of at most 500 characters on one line");
        top.close();
        return new Cancellation(reason, problems.list());
    }

    private static Section open(Document document, Problems problems) {
        for (Flaw flaw : document.flaws()) {
            problems.flaw(flaw);
        }
        return Section.of("", Optional.of(document.root()), problems);
    }
}
