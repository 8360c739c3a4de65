package io.finemesh.gateway.admission;

import io.finemesh.contract.id.CheckpointId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Problems that show only when a specification is held against what exists. */
public final class References {
    private References() {}

    /** A name that nobody holds. */
    public static FieldProblem missing(String pointer, String name, String kind, Collection<String> existing) {
        List<String> near = NearestName.several(name, existing, 3);
        String allowed = existing.isEmpty()
                ? "a " + kind + " that exists; there is none yet"
                : "a " + kind + " that exists: " + some(existing);
        String meant = near.isEmpty() ? "" : "; did you mean " + String.join(", ", near) + "?";
        return new FieldProblem(
                pointer,
                Optional.of('"' + name + '"'),
                Optional.of(allowed),
                near.stream().findFirst(),
                Problems.field(pointer) + " is \"" + name + "\", but there is no such " + kind + meant,
                Optional.empty());
    }

    /** A data set that was uploaded whole where one that grows is asked for. */
    public static FieldProblem notGrowing(String pointer, String name) {
        return new FieldProblem(
                pointer,
                Optional.of('"' + name + '"'),
                Optional.of("a data set that grows, or a new name: the first records create it"),
                Optional.empty(),
                Problems.field(pointer) + " is \"" + name + "\", which was uploaded whole and does not grow",
                Optional.empty());
    }

    /** A data set that grows and has nothing yet that is asked for. */
    public static FieldProblem withoutRows(String pointer, String name) {
        return new FieldProblem(
                pointer,
                Optional.of('"' + name + '"'),
                Optional.of("a data set with rows"),
                Optional.empty(),
                Problems.field(pointer) + " is \"" + name + "\", which has no rows yet; send records to it first",
                Optional.empty());
    }

    /** A data set of documents where conversations are read. */
    public static FieldProblem documents(String pointer, String name) {
        return new FieldProblem(
                pointer,
                Optional.of('"' + name + '"'),
                Optional.of("a data set of conversations: uploaded as alpaca, openai, sharegpt or completion"),
                Optional.empty(),
                Problems.field(pointer) + " is \"" + name
                        + "\", whose rows are documents: evaluation tasks can ask them, but they are no conversations to train on or to take the loss of",
                Optional.empty());
    }

    /** A checkpoint that would be compared with itself. */
    public static FieldProblem itself(String pointer, String name, CheckpointId checkpoint) {
        return new FieldProblem(
                pointer,
                Optional.of('"' + name + '"'),
                Optional.of("another checkpoint than the one that is evaluated"),
                Optional.empty(),
                Problems.field(pointer) + " is \"" + name + "\", which is checkpoint " + checkpoint
                        + ", the one that is evaluated; name another one to compare it with",
                Optional.empty());
    }

    /** A checkpoint id that no checkpoint has; there are too many to list. */
    public static FieldProblem missingCheckpoint(String pointer, String id) {
        return new FieldProblem(
                pointer,
                Optional.of('"' + id + '"'),
                Optional.of("a checkpoint that exists; the page of a run lists the run's checkpoints"),
                Optional.empty(),
                Problems.field(pointer) + " is \"" + id + "\", but there is no such checkpoint",
                Optional.empty());
    }

    /** The model's own chat template is asked for, but it has none. */
    public static FieldProblem noChatTemplate(String model) {
        String allowed = "plain, alpaca or chatml: model " + model + " has no chat template of its own";
        return new FieldProblem(
                "/template",
                Optional.of("chat"),
                Optional.of(allowed),
                Optional.empty(),
                "template is chat, but model " + model
                        + " has no chat template of its own, neither chat_template.jinja nor"
                        + " chat_template in tokenizer_config.json; choose plain, alpaca or chatml, or import the model with one",
                Optional.empty());
    }

    private static String some(Collection<String> names) {
        List<String> first = names.stream().sorted().limit(10).toList();
        return String.join(", ", first) + (names.size() > first.size() ? ", ..." : "");
    }
}
