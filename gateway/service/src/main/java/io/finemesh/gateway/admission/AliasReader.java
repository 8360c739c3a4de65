package io.finemesh.gateway.admission;

import io.finemesh.gateway.document.Document;
import io.finemesh.gateway.document.Flaw;
import io.finemesh.gateway.document.Value;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads what people want of an alias: {@code {"checkpoint": ..., "reason": ..., "by": ...}}. */
public final class AliasReader {
    /** Names of aliases. */
    public static final Pattern ALIAS = Pattern.compile("[a-z][a-z0-9-]{0,31}");

    private static final Pattern WORDS = Pattern.compile("[^" + SpecificationReader.UNPRINTABLE + "]{1,500}");
    private static final String CHECKPOINT_WORDS =
            "a checkpoint id, a model name, or an alias such as my-model@champion";

    private AliasReader() {}

    /**
     * What is wanted.
     *
     * @param checkpoint what the alias is to stand for
     * @param reason why, if that is said
     * @param by who wants it, if that is said
     * @param problems every wrong field
     */
    public record Wish(
            Optional<String> checkpoint, Optional<String> reason, Optional<String> by, List<FieldProblem> problems) {
        public Wish {
            problems = List.copyOf(problems);
        }
    }

    /**
     * Reads a document.
     *
     * @param named whether a checkpoint must be named; otherwise it must not
     */
    public static Wish read(Document document, boolean named) {
        Problems problems = new Problems("a request about an alias");
        for (Flaw flaw : document.flaws()) {
            problems.flaw(flaw);
        }
        boolean empty = document.root() instanceof Value.Nothing;
        Section top = Section.of("", empty ? Optional.empty() : Optional.of(document.root()), problems);
        Optional<String> checkpoint = Optional.empty();
        if (named) {
            checkpoint = top.text("checkpoint", EvaluationReader.CHECKPOINT, CHECKPOINT_WORDS);
            if (top.value("checkpoint").isEmpty()) {
                top.missing("checkpoint", CHECKPOINT_WORDS);
            }
        }
        Optional<String> reason = top.text("reason", WORDS, "printable text of at most 500 characters on one line");
        Optional<String> by = top.text("by", WORDS, "a name, printable and on one line");
        top.close();
        return new Wish(checkpoint, reason, by, problems.list());
    }
}
